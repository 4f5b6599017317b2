-- Sets crm_found, and crm, the directory of the CRM export that is test data
-- but no part of the project: in LEAD_OPS_SHARED, or in ../shared of the
-- directory the tests are started in, which is the top of the source.
\getenv shared LEAD_OPS_SHARED
\if :{?shared}
\else
    \set shared ../shared
    \setenv LEAD_OPS_SHARED :shared
\endif
\set crm :shared /data/crm
\set crm_found `test -r "$LEAD_OPS_SHARED/data/crm/sales_pipeline.csv" && echo on || echo off`
