--
-- enforce_ladder: the trigger that keeps a grade column on a ladder
--
CREATE ROLE regress_ladder_owner;
CREATE ROLE regress_ladder_clerk;
CREATE ROLE regress_ladder_hr;
CREATE ROLE regress_ladder_boss;
CREATE SCHEMA regress_ladder AUTHORIZATION regress_ladder_owner;
SET ROLE regress_ladder_owner;
SET search_path = regress_ladder, lead_ops;

CREATE FUNCTION outcome(
    command text, OUT state text, OUT message text, OUT detail text, OUT hint text, OUT place text
) LANGUAGE plpgsql AS $$
DECLARE
    "table" text;
    "column" text;
BEGIN
    state := 'ok';
    EXECUTE command;
    -- deferred checks count as well
    SET CONSTRAINTS ALL IMMEDIATE;
    SET CONSTRAINTS ALL DEFERRED;
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, message = MESSAGE_TEXT,
        detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT,
        "table" = TABLE_NAME, "column" = COLUMN_NAME;
    place := nullif("table" || '.' || "column", '.');
END
$$;

-- the plain rule: up one by one, down as far as it takes
CREATE TABLE person (person int PRIMARY KEY, grade text, note text);
CREATE TRIGGER person_grade BEFORE INSERT OR UPDATE ON person FOR EACH ROW
    EXECUTE FUNCTION enforce_ladder('grade', 'ungraded < trainee MO1 < trainee MO2 < MO1 < MO2', 'up 1, down any');
\pset format unaligned
SELECT command, o.*
  FROM unnest(ARRAY[
    $$INSERT INTO person VALUES (1, 'ungraded'), (2, 'MO1'), (3, NULL)$$,
    $$INSERT INTO person VALUES (4, 'mo1')$$,
    $$INSERT INTO person VALUES (4, '')$$,
    $$UPDATE person SET grade = 'trainee MO1' WHERE person = 1$$,
    $$UPDATE person SET grade = 'MO1' WHERE person = 1$$,
    $$UPDATE person SET grade = 'trainee MO2' WHERE person = 1$$,
    $$UPDATE person SET grade = 'trainee MO2', note = 'same' WHERE person = 1$$,
    $$UPDATE person SET grade = 'ungraded' WHERE person = 1$$,
    $$UPDATE person SET grade = NULL WHERE person = 1$$,
    $$UPDATE person SET grade = 'MO3' WHERE person = 1$$,
    $$UPDATE person SET note = 'x'$$,
    $$UPDATE person SET grade = 'MO2' WHERE person = 3$$,
    $$UPDATE person SET grade = 'MO2' WHERE person IN (1, 2)$$,
    $$INSERT INTO person VALUES (2, 'MO2') ON CONFLICT (person) DO UPDATE SET grade = excluded.grade$$,
    $$INSERT INTO person VALUES (1, 'MO2') ON CONFLICT (person) DO UPDATE SET grade = excluded.grade$$,
    $$MERGE INTO person p USING (VALUES (1)) AS v (person) ON p.person = v.person WHEN MATCHED THEN UPDATE SET grade = 'MO1'$$,
    $$DELETE FROM person WHERE person = 3$$
  ]) AS command, outcome(command) AS o;
\pset format aligned
SELECT * FROM person ORDER BY person;

-- COPY is refused like INSERT, with the line
COPY person FROM stdin (DELIMITER ',');
10,trainee MO1,\N
11,principal,\N
\.

-- starts, jumps, floor, leaving and roles
DROP TABLE person;
CREATE TABLE person (person int PRIMARY KEY, grade varchar(20));
CREATE TRIGGER person_grade AFTER INSERT OR UPDATE ON person FOR EACH ROW
    EXECUTE FUNCTION enforce_ladder('grade', 'ungraded < trainee < MO1 < MO2 < MO3',
        'start ungraded or trainee, start any by regress_ladder_boss, up 1, up 2 by regress_ladder_hr or regress_ladder_boss, down any by regress_ladder_hr, floor MO1, jump any to ungraded by regress_ladder_boss or no_such_role, leave by regress_ladder_boss');
GRANT USAGE ON SCHEMA regress_ladder TO PUBLIC;
GRANT ALL ON person TO PUBLIC;
CREATE TABLE command (n int GENERATED ALWAYS AS IDENTITY, command text);
GRANT SELECT ON command TO PUBLIC;
INSERT INTO command (command) VALUES
    ($$INSERT INTO person VALUES (1, 'ungraded'), (2, 'trainee')$$),
    ($$INSERT INTO person VALUES (3, 'MO1')$$),
    ($$INSERT INTO person VALUES (4, NULL)$$),
    ($$UPDATE person SET grade = 'MO1' WHERE person = 4$$),
    ($$UPDATE person SET grade = 'trainee' WHERE person = 4$$),
    ($$UPDATE person SET grade = 'MO1' WHERE person = 1$$),
    ($$UPDATE person SET grade = 'MO2' WHERE person = 1$$),
    ($$UPDATE person SET grade = 'MO1' WHERE person = 2$$),
    ($$UPDATE person SET grade = 'MO2' WHERE person = 2$$),
    ($$UPDATE person SET grade = 'MO1' WHERE person = 2$$),
    ($$UPDATE person SET grade = 'trainee' WHERE person = 2$$),
    ($$UPDATE person SET grade = 'ungraded' WHERE person = 2$$),
    ($$UPDATE person SET grade = NULL WHERE person = 1$$);
\pset format unaligned
-- everybody
SET ROLE regress_ladder_clerk;
BEGIN;
SELECT command, o.* FROM command, outcome(command) AS o ORDER BY n;
ROLLBACK;
-- a member of the role that may promote and demote
RESET ROLE;
GRANT regress_ladder_hr TO regress_ladder_clerk;
SET ROLE regress_ladder_clerk;
BEGIN;
SELECT command, state, message, detail FROM command, outcome(command) ORDER BY n;
ROLLBACK;
-- membership that must be set first does not count
RESET ROLE;
-- before 16 inheriting is a property of the member, since then of the grant
REVOKE regress_ladder_hr FROM regress_ladder_clerk;
ALTER ROLE regress_ladder_clerk NOINHERIT;
GRANT regress_ladder_hr TO regress_ladder_clerk;
SET ROLE regress_ladder_clerk;
BEGIN;
SELECT command, state FROM command, outcome(command) ORDER BY n;
ROLLBACK;
-- the boss, and a superuser
SET ROLE regress_ladder_boss;
BEGIN;
SELECT command, state, message FROM command, outcome(command) ORDER BY n;
ROLLBACK;
RESET ROLE;
BEGIN;
SELECT command, state, message FROM command, outcome(command) ORDER BY n;
ROLLBACK;
SET ROLE regress_ladder_owner;

-- a role that does not exist has no members; a rule may allow nothing
CREATE TABLE frozen (grade text);
CREATE TRIGGER frozen_grade BEFORE INSERT OR UPDATE ON frozen FOR EACH ROW
    EXECUTE FUNCTION enforce_ladder('grade', 'a < b', 'start a, up 1 by no_such_role');
SELECT command, o.*
  FROM unnest(ARRAY[
    $$INSERT INTO frozen VALUES ('a')$$,
    $$INSERT INTO frozen VALUES ('b')$$,
    $$UPDATE frozen SET grade = 'b'$$,
    $$UPDATE frozen SET grade = NULL$$
  ]) AS command, outcome(command) AS o;
CREATE OR REPLACE TRIGGER frozen_grade BEFORE INSERT OR UPDATE ON frozen FOR EACH ROW
    EXECUTE FUNCTION enforce_ladder('grade', 'a < b', 'start any by no_such_role');
SELECT o.* FROM outcome($$INSERT INTO frozen VALUES ('b')$$) AS o;
SELECT o.* FROM outcome($$UPDATE frozen SET grade = 'b'$$) AS o;

-- a changed ladder: what stands in the table stays, and starts anew
CREATE OR REPLACE TRIGGER frozen_grade BEFORE INSERT OR UPDATE ON frozen FOR EACH ROW
    EXECUTE FUNCTION enforce_ladder('grade', 'junior < middle < senior', 'up 1, down 1, start middle');
SELECT command, o.*
  FROM unnest(ARRAY[
    $$UPDATE frozen SET grade = grade$$,
    $$UPDATE frozen SET grade = 'b'$$,
    $$UPDATE frozen SET grade = 'senior'$$,
    $$UPDATE frozen SET grade = 'middle'$$,
    $$UPDATE frozen SET grade = 'senior'$$
  ]) AS command, outcome(command) AS o;

-- long ladders are not spelled out in a hint
DROP TRIGGER frozen_grade ON frozen;
TRUNCATE frozen;
INSERT INTO frozen VALUES ('g1');
DO $$
BEGIN
    EXECUTE format('CREATE TRIGGER frozen_grade BEFORE INSERT OR UPDATE ON frozen FOR EACH ROW
        EXECUTE FUNCTION lead_ops.enforce_ladder(''grade'', %L, ''start any, jump g1 to any, up any'')',
        (SELECT string_agg('g' || i, ' < ' ORDER BY i) FROM generate_series(1, 200) AS i));
END
$$;
SELECT o.* FROM outcome($$UPDATE frozen SET grade = 'x'$$) AS o;
SELECT o.* FROM outcome($$UPDATE frozen SET grade = NULL$$) AS o;
SELECT o.* FROM outcome($$UPDATE frozen SET grade = 'g200'$$) AS o;
SELECT o.* FROM outcome($$UPDATE frozen SET grade = 'g199'$$) AS o;
DROP TABLE frozen;
\pset format aligned

-- types that hold grades: char(n), domains, enums, whole numbers, long text
CREATE TYPE level AS ENUM ('a', 'b', 'c');
CREATE DOMAIN step AS text CHECK (VALUE <> '');
CREATE DOMAIN step_of_step AS step;
CREATE TABLE kinds (c char(5), d step_of_step, e level, s smallint, i int, l bigint, v text);
CREATE FUNCTION keep(column_name text, ladder text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('CREATE TRIGGER kinds_%1$s BEFORE INSERT OR UPDATE ON kinds FOR EACH ROW
        EXECUTE FUNCTION lead_ops.enforce_ladder(%1$L, %2$L, ''up 1'')', column_name, ladder);
END
$$;
SELECT keep(name, 'a < b < c') FROM unnest('{c, d, e}'::text[]) AS name;
SELECT keep(name, '1 < 2 < 3') FROM unnest('{s, i, l}'::text[]) AS name;
SELECT keep('v', repeat('x', 255) || ' < ' || repeat('y', 255));
INSERT INTO kinds VALUES ('a', 'a', 'a', 1, 1, 1, repeat('x', 255));
UPDATE kinds SET c = 'b', d = 'b', e = 'b', s = 2, i = 2, l = 2, v = repeat('y', 255);
UPDATE kinds SET c = c, d = d, e = e, s = s, i = i, l = l, v = v;
SELECT c, d, e, s, i, l, left(v, 1) AS v FROM kinds;
SELECT command, state, message
  FROM unnest(ARRAY[
    $$UPDATE kinds SET c = 'a'$$, $$UPDATE kinds SET d = 'a'$$, $$UPDATE kinds SET e = 'a'$$,
    $$UPDATE kinds SET s = 1$$, $$UPDATE kinds SET i = 1$$, $$UPDATE kinds SET l = 1$$,
    $$UPDATE kinds SET l = 4$$, $$UPDATE kinds SET v = repeat('z', 3)$$
  ]) AS command, outcome(command);
-- stored out of line, compressed or not
ALTER TABLE kinds ALTER v SET STORAGE external;
DROP TRIGGER kinds_v ON kinds;
UPDATE kinds SET v = repeat('long ', 10000);
SELECT keep('v', 'a < b');
UPDATE kinds SET i = i;
UPDATE kinds SET v = v || '';
SELECT state, left(message, 10) FROM outcome($$UPDATE kinds SET v = v || '!'$$);

-- partitions, inheritance, columns in another place
CREATE TABLE branch (junk int, branch text, grade text) PARTITION BY LIST (branch);
CREATE TABLE branch_a PARTITION OF branch FOR VALUES IN ('a');
CREATE TABLE branch_b (grade text, branch text, extra int, junk int);
ALTER TABLE branch_b DROP extra;
ALTER TABLE branch ATTACH PARTITION branch_b FOR VALUES IN ('b');
ALTER TABLE branch DROP junk;
CREATE TRIGGER branch_grade BEFORE INSERT OR UPDATE ON branch FOR EACH ROW
    EXECUTE FUNCTION enforce_ladder('grade', 'x < y < z', 'up 1, start x');
INSERT INTO branch SELECT chr(97 + n % 2), 'x' FROM generate_series(1, 10) AS n;
UPDATE branch SET grade = 'y';
INSERT INTO branch VALUES ('b', 'y');
UPDATE branch SET grade = 'x' WHERE branch = 'b';
SELECT tableoid::regclass, grade, count(*) FROM branch GROUP BY 1, 2 ORDER BY 1, 2;

-- two triggers on one table, one of them deferred
CREATE TABLE two (grade text, post text);
CREATE TRIGGER two_grade BEFORE INSERT OR UPDATE ON two FOR EACH ROW
    EXECUTE FUNCTION enforce_ladder('grade', 'a < b', 'up 1');
CREATE CONSTRAINT TRIGGER two_post AFTER INSERT OR UPDATE ON two DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
    EXECUTE FUNCTION enforce_ladder('post', 'p < q', 'up 1, start p');
INSERT INTO two VALUES ('a', 'p');
BEGIN;
INSERT INTO two VALUES ('b', 'q');
COMMIT;
UPDATE two SET grade = 'b', post = 'q';
UPDATE two SET grade = 'a';
UPDATE two SET post = 'p';
SELECT * FROM two;

-- a BEFORE trigger lets what later ones change pass; an AFTER trigger does not
CREATE FUNCTION promote() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.grade := 'c';
    RETURN NEW;
END
$$;
CREATE TABLE changed (grade text);
INSERT INTO changed VALUES ('a');
CREATE TRIGGER changed_b BEFORE UPDATE ON changed FOR EACH ROW EXECUTE FUNCTION promote();
CREATE TRIGGER changed_a BEFORE UPDATE ON changed FOR EACH ROW
    EXECUTE FUNCTION enforce_ladder('grade', 'a < b < c', 'up 1');
UPDATE changed SET grade = 'b' RETURNING *;
UPDATE changed SET grade = 'a';
DROP TRIGGER changed_a ON changed;
TRUNCATE changed;
INSERT INTO changed VALUES ('a');
CREATE TRIGGER changed_a AFTER UPDATE ON changed FOR EACH ROW
    WHEN (OLD.grade IS DISTINCT FROM NEW.grade) EXECUTE FUNCTION enforce_ladder('grade', 'a < b < c', 'up 1');
UPDATE changed SET grade = 'b';

-- triggers that cannot work say so at their first row
\pset format unaligned
CREATE TABLE wrong (grade text, at date, made text GENERATED ALWAYS AS (grade) STORED);
CREATE VIEW wrong_view AS SELECT grade FROM wrong;
CREATE TABLE attempt (n int GENERATED ALWAYS AS IDENTITY, event text, args text, command text);
INSERT INTO attempt (event, args, command) VALUES
    ('BEFORE INSERT ON wrong FOR EACH STATEMENT', $$'grade', 'a', 'up 1'$$, $$INSERT INTO wrong VALUES ('a')$$),
    ('AFTER INSERT ON wrong FOR EACH STATEMENT', $$'grade', 'a', 'up 1'$$, $$INSERT INTO wrong VALUES ('a')$$),
    ('BEFORE DELETE ON wrong FOR EACH ROW', $$'grade', 'a', 'up 1'$$, $$DELETE FROM wrong$$),
    ('BEFORE TRUNCATE ON wrong FOR EACH STATEMENT', $$'grade', 'a', 'up 1'$$, $$TRUNCATE wrong$$),
    ('INSTEAD OF INSERT ON wrong_view FOR EACH ROW', $$'grade', 'a', 'up 1'$$, $$INSERT INTO wrong_view VALUES ('a')$$),
    ('BEFORE INSERT ON wrong FOR EACH ROW', $$$$, $$INSERT INTO wrong VALUES ('a')$$),
    ('BEFORE INSERT ON wrong FOR EACH ROW', $$'grade', 'a'$$, $$INSERT INTO wrong VALUES ('a')$$),
    ('BEFORE INSERT ON wrong FOR EACH ROW', $$'grade', 'a', 'up 1', 'x'$$, $$INSERT INTO wrong VALUES ('a')$$),
    ('BEFORE INSERT ON wrong FOR EACH ROW', $$'rank', 'a', 'up 1'$$, $$INSERT INTO wrong VALUES ('a')$$),
    ('BEFORE INSERT ON wrong FOR EACH ROW', $$'Grade', 'a', 'up 1'$$, $$INSERT INTO wrong VALUES ('a')$$),
    ('BEFORE INSERT ON wrong FOR EACH ROW', $$'ctid', 'a', 'up 1'$$, $$INSERT INTO wrong VALUES ('a')$$),
    ('BEFORE INSERT ON wrong FOR EACH ROW', $$'at', 'a', 'up 1'$$, $$INSERT INTO wrong VALUES ('a')$$),
    ('BEFORE INSERT ON wrong FOR EACH ROW', $$'made', 'a', 'up 1'$$, $$INSERT INTO wrong VALUES ('a')$$),
    ('AFTER INSERT ON wrong FOR EACH ROW', $$'made', 'a', 'up 1'$$, $$INSERT INTO wrong VALUES ('a')$$),
    ('AFTER INSERT ON wrong FOR EACH ROW', $$'made', 'a', 'up 1'$$, $$INSERT INTO wrong VALUES ('b')$$),
    ('BEFORE INSERT ON wrong FOR EACH ROW', $$'grade', 'a < a', 'up 1'$$, $$INSERT INTO wrong VALUES ('a')$$),
    ('BEFORE INSERT ON wrong FOR EACH ROW', $$'grade', '', 'up 1'$$, $$INSERT INTO wrong VALUES ('a')$$),
    ('BEFORE INSERT ON wrong FOR EACH ROW', $$'grade', 'a', 'up one'$$, $$INSERT INTO wrong VALUES ('a')$$);
CREATE FUNCTION try(event text, args text, command text, OUT state text, OUT message text, OUT detail text, OUT hint text)
    LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('CREATE TRIGGER tried %s EXECUTE FUNCTION lead_ops.enforce_ladder(%s)', event, args);
    SELECT o.state, o.message, o.detail, o.hint INTO state, message, detail, hint FROM outcome(command) AS o;
    EXECUTE format('DROP TRIGGER tried ON %s', (regexp_match(event, 'ON (\w+)'))[1]);
END
$$;
INSERT INTO wrong VALUES ('a');
SELECT event, args, o.* FROM attempt, try(event, args, command) AS o ORDER BY n;
\pset format aligned
SELECT enforce_ladder();

-- what a client sees: the context names the trigger where its arguments are wrong
CREATE TRIGGER wrong_grade BEFORE INSERT ON wrong FOR EACH ROW EXECUTE FUNCTION enforce_ladder('grade', 'a < b', 'up 1, dwon 1');
INSERT INTO wrong VALUES ('a');
DROP TRIGGER wrong_grade ON wrong;
CREATE TRIGGER wrong_grade BEFORE INSERT ON wrong FOR EACH ROW EXECUTE FUNCTION enforce_ladder('grade', 'a < b', 'start a');
INSERT INTO wrong VALUES ('b');

RESET ROLE;
DROP OWNED BY regress_ladder_owner, regress_ladder_clerk CASCADE;
DROP ROLE regress_ladder_owner, regress_ladder_clerk, regress_ladder_hr, regress_ladder_boss;
