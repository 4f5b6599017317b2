--
-- What the parts before have written into the tables of access comes true
--

-- Trigger functions, too, write what nobody else may.
INSERT INTO access_function (function, kinds, is_definer)
SELECT p.proname, '{}', true
FROM pg_class c
JOIN pg_proc p ON p.pronamespace = c.relnamespace AND p.prorettype = 'trigger'::regtype
WHERE c.oid = 'access_function'::regclass
ON CONFLICT ON CONSTRAINT access_function_pkey DO NOTHING;

SELECT renew_access();
