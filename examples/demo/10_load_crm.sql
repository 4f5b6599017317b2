--
-- Load a CRM's export: four CSV files in the directory that the psql variable
-- "crm" names.  The client reads them, so that the server need not be able to.
--
\qecho
\qecho == Loading the export of the CRM
SELECT clock_timestamp() AS since \gset

-- \copy takes no psql variables, but a program that it starts has an environment
\setenv LEAD_OPS_CRM :crm
\copy crm.sales_rep (sales_agent, manager, regional_office) FROM PROGRAM 'cat "$LEAD_OPS_CRM/sales_teams.csv"' (FORMAT csv, HEADER match)
\copy crm.account FROM PROGRAM 'cat "$LEAD_OPS_CRM/accounts.csv"' (FORMAT csv, HEADER match)
\copy crm.product (product, series, sales_price) FROM PROGRAM 'cat "$LEAD_OPS_CRM/products.csv"' (FORMAT csv, HEADER match)
\copy crm.opportunity (opportunity_id, sales_agent, product, account, deal_stage, engage_date, close_date, close_value) FROM PROGRAM 'cat "$LEAD_OPS_CRM/sales_pipeline.csv"' (FORMAT csv, HEADER match)
ANALYZE crm.sales_rep, crm.account, crm.product, crm.opportunity;
