--
-- The review of grades after the last month
--
\qecho == Reviewing grades: up with 150 % of the quota, down below a quarter of it
INSERT INTO sales.grade_rule (rule, kind, ladder, period_kind, approver_role)
VALUES ('150 % of the quota', 'promote', 'sales', 'month', 'leader'),
       ('a quarter of the quota', 'keep', 'sales', 'month', 'leader');
INSERT INTO sales.grade_condition (rule, condition, test, metric, comparison, threshold)
VALUES ('150 % of the quota', 1, 'attainment', 'won', '>=', 1.5),
       ('a quarter of the quota', 1, 'attainment', 'won', '>=', 0.25);

SELECT clock_timestamp() AS since \gset
SELECT count(p.proposal) AS proposals
FROM sales.review_grades(daterange(:'last_month',
                                   (:'last_month'::date + interval '1 month')::date)) p \gset
SELECT format('%s agents reviewed in %s s: %s proposals.', :graded,
              round(extract(epoch FROM clock_timestamp() - :'since'), 1), :proposals) AS line \gset
\qecho :line
SELECT p.kind, p.from_grade AS "from", p.to_grade AS "to", count(*) AS agents
FROM sales.proposal p
GROUP BY p.kind, p.from_grade, p.to_grade
ORDER BY p.kind DESC, p.from_grade, p.to_grade;

\qecho Managers decide on those of their team: promotions are approved, the rest wait for a talk
SELECT count(d.proposal) AS approved
FROM (SELECT p.proposal, t.leader
      FROM sales.proposal p
      JOIN sales.membership m ON m.agent = p.agent
      JOIN sales.team t ON t.team = m.team
      WHERE p.kind = 'promote'
      ORDER BY p.proposal) p
CROSS JOIN LATERAL sales.decide(p.proposal, true, p.leader) d \gset
SELECT p.agent, p.from_grade AS "from", p.to_grade AS "to", p.effective_from AS "from the day",
       p.decided_by AS "by"
FROM sales.proposal p
WHERE p.status = 'approved'
ORDER BY p.agent
LIMIT 5;

SELECT p.agent AS risen
FROM sales.proposal p
WHERE p.status = 'approved' AND p.to_grade = 'senior'
ORDER BY p.agent
LIMIT 1 \gset
\qecho What stands against it that one of them becomes an expert the next day
SELECT c.rule, c.ok, c.detail
FROM sales.grade_check(:'risen', 'expert', (:'last_month'::date + interval '1 month 1 day')::date) c;
