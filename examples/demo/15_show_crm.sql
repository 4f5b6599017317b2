--
-- What the CRM holds now, and what is missing in it
--
SELECT format('%s opportunities of %s agents under %s managers, in %s s:',
              to_char(count(*), 'FM999,999,999'),
              (SELECT count(*) FROM crm.sales_rep),
              (SELECT count(DISTINCT r.manager) FROM crm.sales_rep r),
              round(extract(epoch FROM clock_timestamp() - :'since'), 1)) AS line
FROM crm.opportunity \gset
\qecho :line

SELECT o.deal_stage AS stage,
       count(*) AS opportunities,
       count(*) FILTER (WHERE o.engage_date IS NULL) AS "no engage date",
       count(*) FILTER (WHERE o.close_date IS NULL) AS "no close date",
       count(*) FILTER (WHERE o.account IS NULL) AS "no account",
       count(*) FILTER (WHERE o.product <> p.product) AS "product misspelt",
       sum(o.close_value) AS value
FROM crm.opportunity o
JOIN crm.product p USING (product_key)
GROUP BY o.deal_stage
ORDER BY min(array_position(ARRAY['Prospecting', 'Engaging', 'Won', 'Lost'], o.deal_stage));
