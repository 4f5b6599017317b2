--
-- A month of a call centre: 100 agents in 6 teams, 20,000 leads, and what
-- became of them.  The same data every time: all chance comes from the seed.
--
\qecho
\qecho == Generating a month of a call centre
SELECT clock_timestamp() AS since \gset
-- parallel workers would draw numbers of their own
SET max_parallel_workers_per_gather = 0;
SELECT setseed(0.2026) \gset

-- People.  The lists have 25 and 28 names, which share no divisor: going round
-- both gives 700 different people.  The first six manage.
CREATE TEMPORARY TABLE person AS
SELECT n, first[1 + n % 25] || ' ' || last[1 + n % 28] AS name, 0.05 + 0.1 * random() AS wins
FROM (VALUES (
    string_to_array('Ada Ben Chen Dina Emil Fatima Goran Hana Igor Jun Karin Leo Mei Nadia '
                    'Omar Petra Qing Rosa Sami Tara Uwe Vera Wei Yusuf Zoe', ' '),
    string_to_array('Adler Brandt Castro Duarte Eriksen Fischer Gupta Horvat Ivanov Jensen '
                    'Kaya Lindt Moreau Novak Okafor Park Quinn Rossi Sato Tanaka Ueda Vogel '
                    'Wang Xu Yilmaz Zhang Abel Berg', ' ')
    )) AS list (first, last)
CROSS JOIN generate_series(0, 105) AS n;

-- Every tenth agent works half the day, every seventh is a senior.
INSERT INTO crm.sales_rep (sales_agent, manager, regional_office, share)
SELECT p.name, m.name, CASE WHEN m.n < 3 THEN 'North' ELSE 'South' END,
       CASE WHEN p.n % 10 = 0 THEN 0.5 WHEN p.n % 7 = 0 THEN 1.5 ELSE 1 END
FROM person p
JOIN person m ON m.n = p.n % 6
WHERE p.n >= 6;

INSERT INTO crm.product (product, series, sales_price)
VALUES ('Starter', 'Line', 490), ('Office', 'Line', 1290), ('Office Plus', 'Line', 2490),
       ('Fleet', 'Mobile', 3900), ('Exchange', 'Central', 7800);

INSERT INTO crm.account (account, sector)
SELECT a || ' ' || b, CASE WHEN b IN ('Clinic', 'Pharmacy') THEN 'medical' ELSE 'trade' END
FROM unnest(string_to_array('Alder Birch Cedar Dogwood Elm Fir Ginkgo Hazel Ivy Juniper', ' ')) a
CROSS JOIN unnest(string_to_array('Bakery Clinic Garage Hotel Logistics Pharmacy', ' ')) b;

-- Leads come in on working days, about 900 a day.  Who works half the day
-- stands once in the list that owners are drawn from, others two or three times.
WITH owner AS (
    SELECT array_agg(r.sales_agent ORDER BY r.sales_agent COLLATE "C") AS names
    FROM crm.sales_rep r
    CROSS JOIN LATERAL generate_series(1, (r.share * 2)::integer)
), goods AS (
    SELECT array_agg(p.product ORDER BY p.sales_price) AS names FROM crm.product p
), customer AS (
    SELECT array_agg(a.account ORDER BY a.account COLLATE "C") AS names FROM crm.account a
), workday AS (
    SELECT array_agg(d::date ORDER BY d) AS days
    FROM generate_series(timestamp '2026-09-01', '2026-09-30', '1 day') d
    WHERE extract(isodow FROM d) < 6
), draw AS MATERIALIZED (
    SELECT n, random() AS owner, random() AS product, random() AS account, random() AS stage,
           random() AS closing, random() AS haggling
    FROM generate_series(1, 20000) n
), lead AS (
    SELECT d.n, o.names[1 + floor(d.owner * cardinality(o.names))::integer] AS sales_agent,
           g.names[1 + floor(d.product ^ 2 * cardinality(g.names))::integer] AS product,
           c.names[1 + floor(d.account * 1.2 * cardinality(c.names))::integer] AS account,
           w.days[1 + (d.n - 1) * cardinality(w.days) / 20000] AS engage_date,
           1 + floor(d.closing * 14)::integer AS days, d.stage, d.haggling
    FROM draw d
    CROSS JOIN owner o
    CROSS JOIN goods g
    CROSS JOIN customer c
    CROSS JOIN workday w
), outcome AS (
    SELECT l.*, l.engage_date + l.days AS close_date,
           CASE WHEN l.stage > 0.98 THEN 'Prospecting'
                WHEN l.engage_date + l.days > date '2026-09-30' THEN 'Engaging'
                WHEN l.stage < p.wins THEN 'Won'
                WHEN l.stage < 0.7 THEN 'Lost'
                ELSE 'Engaging' END AS deal_stage
    FROM lead l
    JOIN person p ON p.name = l.sales_agent
)
INSERT INTO crm.opportunity
    (opportunity_id, sales_agent, product, account, deal_stage, engage_date, close_date,
     close_value)
SELECT 'L' || lpad(o.n::text, 5, '0'), o.sales_agent, o.product, o.account, o.deal_stage,
       CASE WHEN o.deal_stage <> 'Prospecting' THEN o.engage_date END,
       CASE WHEN o.deal_stage IN ('Won', 'Lost') THEN o.close_date END,
       CASE o.deal_stage WHEN 'Won' THEN round(p.sales_price * (0.8 + 0.3 * o.haggling)::numeric, 2)
                         WHEN 'Lost' THEN 0 END
FROM outcome o
JOIN crm.product p USING (product);

DROP TABLE person;
RESET max_parallel_workers_per_gather;
ANALYZE crm.sales_rep, crm.account, crm.product, crm.opportunity;
