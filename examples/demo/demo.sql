--
-- lead_ops at work, from a CRM's leads to calls, quotas, pay, grades and reports
--
--     psql -v crm=directory -f examples/demo/demo.sql     on a CRM export
--     psql -f examples/demo/demo.sql                      on generated data
--
-- in a database that has the extension.  Makes the schemas crm and sales.
--
\set ON_ERROR_STOP on
\set QUIET on
\pset footer off
\pset linestyle ascii
\pset null ''
\pset numericlocale on
\pset pager off
SET client_min_messages = warning;

\if :{?crm}
\else
    \set crm ''
\endif
SELECT :'crm' <> '' AS exported \gset

\ir 00_crm.sql
\if :exported
    \ir 10_load_crm.sql
\else
    \ir 10_generate.sql
\endif
\ir 15_show_crm.sql
\ir 20_team.sql
\ir 30_allocate.sql
\ir 35_call.sql
\ir 40_commission.sql
\ir 42_grade.sql
\ir 45_quota.sql
\ir 50_pay.sql
\ir 60_review.sql
\ir 70_report.sql
\ir 75_access.sql
