--
-- Grades: a ladder, and the grade that everybody has had for half a year
--
\qecho == Grades: junior < regular < senior < expert
SELECT sales.set_ladder('sales', 'junior < regular < senior < expert') \g /dev/null
UPDATE sales.grade SET minimum_time = '3 months', protection = '1 month' WHERE ladder = 'sales';

SELECT count(sales.set_grade(m.agent,
                             CASE WHEN r.share < 1 THEN 'junior' WHEN r.share > 1 THEN 'senior'
                                  ELSE 'regular' END,
                             (:'last_month'::date - interval '6 months')::date,
                             kind => 'import')) AS graded
FROM sales.membership m
JOIN crm.sales_rep r ON r.sales_agent = m.agent
WHERE m.role = 'agent' \gset
SELECT g.grade, count(*) AS agents
FROM sales.grade_assignment g
GROUP BY g.ladder, g.grade
ORDER BY (SELECT lead_ops.rung(l.rungs, g.grade) FROM sales.ladder l WHERE l.ladder = g.ladder);
