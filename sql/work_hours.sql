--
-- work_hours: text, order, indexes, jsonb, bytes
--
CREATE ROLE regress_work_hours;
SET ROLE regress_work_hours;
SET search_path = lead_ops, public;

-- What a statement gives, or how it is refused.
CREATE FUNCTION pg_temp.outcome(command text, OUT state text, OUT message text, OUT detail text)
    LANGUAGE plpgsql AS $$
BEGIN
    state := 'ok';
    EXECUTE command INTO message;
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE,
        message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL;
END
$$;

\pset format unaligned
\set SHOW_CONTEXT never

-- canonical text
SELECT input, input::work_hours AS output,
       input::work_hours::text::work_hours::text = input::work_hours::text AS fixed_point,
       input::work_hours::text::work_hours = input::work_hours AS same
  FROM unnest(ARRAY[
    'Mo-Fr 08:30-12:00,13:30-17:30; PH off',
    'mo-fr 08:30-12:00 , 13:30-17:30 ;ph OFF ;',
    E'\t Mo\n-\fFr\r08:30 - 12:00\x0b',
    '24/7',
    'open',
    'Mo-Su',
    'We-Tu 00:00-00:00',
    'PH,Mo-Su',
    'off',
    'closed',
    '24/7 off',
    '22:00-02:00; 24/7 off',
    '00:00-24:00 off',
    '24/7; Mo 15:00-16:00 off',
    'Mo,We',
    'Sa-Mo 10:00-11:00',
    'Su,PH,Mo,Tu 10:00-11:00',
    'Fr-Fr 10:00-11:00',
    '10:00-12:00,11:00-13:00,13:00-14:00,08:00-09:00',
    '22:00-02:00',
    '22:00-26:00',
    '12:00-12:00',
    '00:00-48:00',
    '10:00-36:00,09:00-12:00',
    '23:59-48:00',
    'Mo-Fr 08:00-12:00, We 14:00-18:00; Su off',
    'Mo, Tu, We 11:00-01:00',
    'Mo off, Tu 14:00-18:00, We-Sa 10:00-18:00',
    '10:00-20:00 open, 12:00-14:00 closed',
    '10:00-20:00 open, 12:00-14:00',
    'Mo 10:00-12:00, 24/7',
    '10:00-12:00; 13:00-14:00',
    '10:00-12:00; 24/7',
    '2026 Oct 01',
    '2026 oct 01-07 off',
    '2026 Oct 01-Nov 02 off',
    '2026 Dec 31-2027 Jan 02 10:00-12:00',
    '2026 Oct 03,2026 Oct 01-2026 Oct 02, 2026 Dec 24-26 off',
    '2024 Feb 29 10:00-12:00,13:00-14:00',
    '0001 Jan 01-9999 Dec 31 off'
  ]) AS input;

-- what is refused, and where
SELECT input, state, detail
  FROM unnest(ARRAY[
    '', '   ', ';', 'Mo-Fr 09:00-17:00;;', 'Mo-Fr 09:00-17:00,', ', Mo',
    'Mo-', 'Mo-Xx', 'Mo-Tr 17:00-20:00', 'Monday', 'Mo Tu', 'Mo,', 'Mo,10:00-11:00', 'PH-Mo', 'PH Mo 10:00-11:00', 'SH off',
    'Mo[1] 10:00-11:00', 'week 02 10:00-11:00', 'easter off', 'sunrise-sunset', 'Mo 10:00+', 'Mo-Fr 08:00-12:00 || "by appointment"', 'Mo 10:00-12:00 "lunch"',
    '9:00-17:00', '09:00-17', '0900-1700', '09.00-17.00', '09:00', '09:00-', '09:00 17:00', '09:00-17:00 pm', '09:0a-10:00',
    '24:00-25:00', '23:60-24:00', '10:00-48:01', '10:00-12:60', '10:00-99:00', '11:30:14:00', '10:00-12:00-14:00',
    'Mo-Fr 08:00,24:00', 'Su 7:30,10;00,22:00', 'Mo-Fr 17:00-12:00; Sa-Su 24:00-12:00', '24/8', '24/7 10:00-12:00', 'Mo 24/7',
    'Jan 01 off', '2026 off', '2026 Oct off', '2026 Oct 1 off', '2026 Oct 001', '2026-10-01 off', '2026 Okt 01', '2026 Feb 29 off', '2026 Oct 00', '2026 Oct 32',
    '0000 Jan 01', '20260 Jan 01', '2026 Oct 01-2026 Sep 30', '2026 Oct 01-2026', '2026 Oct 05-04', '2026 Oct 01,Mo off', '2026 Oct 01 Mo off', '2026 Oct 01: 10:00-12:00',
    'off off', 'Mo off 10:00-12:00', 'Mo-Fr 09:00-17:00 Sa 10:00-12:00', 'Mo-Fr 09:00-17:00)', '周一 09:00-17:00', 'Mo 09：00-17：00'
  ]) AS input, pg_temp.outcome(format('SELECT %L::work_hours', input));

-- the position counts characters
SELECT state, message, detail FROM pg_temp.outcome($$SELECT 'Mo-Fr 09:00-17:00; 节假日 off'::work_hours$$);

-- limits: 100 rules, 500 spans, 500 dates
SELECT what, n, state, length(message), detail
  FROM (SELECT 'rules', n, string_agg('Mo off', '; ') FROM (VALUES (100), (101)) AS v (n), generate_series(1, n) GROUP BY n
        UNION ALL
        SELECT 'spans', n, string_agg(format('%s:%s-%s:%s', to_char(2 * i / 60, 'FM00'), to_char(2 * i % 60, 'FM00'),
                                             to_char((2 * i + 1) / 60, 'FM00'), to_char((2 * i + 1) % 60, 'FM00')), ',')
          FROM (VALUES (500), (501)) AS v (n), generate_series(0, n - 1) AS i GROUP BY n
        UNION ALL
        SELECT 'dates', n, string_agg(to_char('2026-01-01'::date + 2 * i, 'YYYY Mon DD'), ',') || ' off'
          FROM (VALUES (500), (501)) AS v (n), generate_series(0, n - 1) AS i GROUP BY n
        UNION ALL
        SELECT 'whole day after so many spans', n, string_agg(format('%s:%s-%s:%s', to_char(2 * i / 60, 'FM00'), to_char(2 * i % 60, 'FM00'),
                                             to_char((2 * i + 1) / 60, 'FM00'), to_char((2 * i + 1) % 60, 'FM00')), ',') || '; Mo'
          FROM (VALUES (499), (500)) AS v (n), generate_series(0, n - 1) AS i GROUP BY n
        UNION ALL
        SELECT 'overlapping spans', n, string_agg('00:00-24:00', ',') FROM (VALUES (500), (501)) AS v (n), generate_series(1, n) GROUP BY n
        UNION ALL
        SELECT 'characters', n, repeat(' ', n) || 'Mo' FROM (VALUES (10000000)) AS v (n)) AS t (what, n, input),
       pg_temp.outcome(format('SELECT %L::work_hours', input))
 ORDER BY what COLLATE "C", n;

-- order and hash; a value sorts by its bytes
CREATE TEMP TABLE kept (value work_hours);
INSERT INTO kept
SELECT v::work_hours FROM unnest(ARRAY[
    '24/7',
    'off',
    'Mo-Fr 08:30-12:00,13:30-17:30; PH off',
    'Mo-Fr 09:00-17:00, Sa 10:00-12:00',
    '2026 Oct 01-07 off; Mo-Fr 22:00-06:00'
]) AS v, generate_series(1, 20);
SELECT a::text, b::text, a = b AS eq, a <> b AS ne, a < b AS lt, a <= b AS le, a > b AS gt, a >= b AS ge,
       sign(work_hours_cmp(a, b)) AS cmp, work_hours_hash(a) = work_hours_hash(b) AS same_hash,
       work_hours_hash_extended(a, 7) = work_hours_hash_extended(b, 7) AS same_extended
  FROM (VALUES ('Mo-Fr 09:00-17:00, Sa 10:00-12:00'::work_hours, '24/7'::work_hours), ('Mo-Fr 09:00-17:00, Sa 10:00-12:00', 'Mo-Fr 09:00-17:00, Sa 10:00-12:00'), ('24/7', 'Mo-Fr 09:00-17:00, Sa 10:00-12:00')) AS v (a, b);
SELECT value, count(*) FROM kept GROUP BY value ORDER BY value;
SET enable_seqscan = off;
SET enable_bitmapscan = off;
CREATE INDEX kept_value ON kept (value);
EXPLAIN (COSTS OFF) SELECT count(*) FROM kept WHERE value = 'Mo-Fr 09:00-17:00, Sa 10:00-12:00';
SELECT count(*) FROM kept WHERE value = 'Mo-Fr 09:00-17:00, Sa 10:00-12:00';
EXPLAIN (COSTS OFF) SELECT value FROM kept WHERE value > 'Mo-Fr 09:00-17:00, Sa 10:00-12:00' ORDER BY value LIMIT 1;
DROP INDEX kept_value;
CREATE INDEX kept_value ON kept USING hash (value);
EXPLAIN (COSTS OFF) SELECT count(*) FROM kept WHERE value = 'Mo-Fr 09:00-17:00, Sa 10:00-12:00';
SELECT count(*) FROM kept WHERE value = 'Mo-Fr 09:00-17:00, Sa 10:00-12:00';
RESET enable_seqscan;
RESET enable_bitmapscan;
SET enable_hashjoin = off;
SET enable_nestloop = off;
SELECT count(*) FROM kept AS a JOIN kept AS b USING (value);
RESET enable_hashjoin;
RESET enable_nestloop;

-- what is sent comes back
\copy (SELECT value FROM kept ORDER BY value) TO 'results/work_hours.bin' (FORMAT binary)
CREATE TEMP TABLE received (value work_hours);
\copy received FROM 'results/work_hours.bin' (FORMAT binary)
SELECT count(*) AS differ FROM (SELECT value FROM kept EXCEPT ALL SELECT value FROM received) AS d;

-- jsonb
SELECT value::jsonb, value::jsonb::work_hours = value AS back FROM (SELECT DISTINCT value FROM kept) AS k ORDER BY value;
SELECT json, json::work_hours FROM unnest(ARRAY[
    '{"rules": [{}]}',
    '{"rules": [{"add": true, "times": ["10:00-12:00", "09:00-10:00"]}, {"on": "sa", "off": false, "add": true}]}',
    '{"rules": [{"on": "2026 Oct 01-02,2026 Oct 05", "off": true}]}'
  ]::jsonb[]) AS json;
SELECT input, state, message, detail
  FROM unnest(ARRAY[
    '1', '[]', '{}', '{"rules": {}}', '{"rules": []}', '{"rules": [1]}', '{"rules": [[]]}', '{"rules": [{}], "more": 1}',
    '{"rules": [{"on": 1}]}', '{"rules": [{"on": ""}]}', '{"rules": [{"on": "Mo 10:00-11:00"}]}', '{"rules": [{"on": "Mo; Tu"}]}', '{"rules": [{"on": "2026 Feb 30"}]}',
    '{"rules": [{"times": "10:00-12:00"}]}', '{"rules": [{"times": []}]}', '{"rules": [{"times": [10]}]}', '{"rules": [{"times": ["10:00"]}]}',
    '{"rules": [{"times": ["10:00-12:00,13:00-14:00"]}]}', '{"rules": [{"times": ["24:00-25:00"]}]}',
    '{"rules": [{"off": 1}]}', '{"rules": [{"add": "yes"}]}', '{"rules": [{"closed": true}]}'
  ]) AS input, pg_temp.outcome(format('SELECT %L::jsonb::work_hours', input));
SELECT state, detail
  FROM pg_temp.outcome($$SELECT jsonb_build_object('rules', (SELECT jsonb_agg('{}'::jsonb) FROM generate_series(1, 101)))::work_hours$$);

-- hand-made bytes: a binary COPY file with one row of one column
CREATE FUNCTION pg_temp.copy_file(image bytea) RETURNS oid LANGUAGE sql AS $$
    SELECT lo_from_bytea(0,
        '\x5047434f50590aff0d0a00' || int4send(0) || int4send(0)
        || int2send(1::int2) || int4send(length(image)) || image || int2send(-1::int2))
$$;
CREATE TEMP TABLE bytes (value work_hours);

-- good: Mo-Fr 09:00-17:00; PH off
SELECT pg_temp.copy_file('\x0102041f0001021c03fc06800000') AS image \gset
\lo_export :image 'results/work_hours.bin'
\copy bytes FROM 'results/work_hours.bin' (FORMAT binary)

-- good: 2000 Jan 01 12:00-12:00
SELECT pg_temp.copy_file('\x01010800010000000000000000000102d00870') AS image \gset
\lo_export :image 'results/work_hours.bin'
\copy bytes FROM 'results/work_hours.bin' (FORMAT binary)

-- empty
SELECT pg_temp.copy_file('\x') AS image \gset
\lo_export :image 'results/work_hours.bin'
\copy bytes FROM 'results/work_hours.bin' (FORMAT binary)

-- another version
SELECT pg_temp.copy_file('\x0201000001000005a0') AS image \gset
\lo_export :image 'results/work_hours.bin'
\copy bytes FROM 'results/work_hours.bin' (FORMAT binary)

-- no rules
SELECT pg_temp.copy_file('\x0100') AS image \gset
\lo_export :image 'results/work_hours.bin'
\copy bytes FROM 'results/work_hours.bin' (FORMAT binary)

-- 101 rules
SELECT pg_temp.copy_file('\x0165') AS image \gset
\lo_export :image 'results/work_hours.bin'
\copy bytes FROM 'results/work_hours.bin' (FORMAT binary)

-- cut short
SELECT pg_temp.copy_file('\x0101041f0001021c03') AS image \gset
\lo_export :image 'results/work_hours.bin'
\copy bytes FROM 'results/work_hours.bin' (FORMAT binary)

-- no such rule
SELECT pg_temp.copy_file('\x0101100000') AS image \gset
\lo_export :image 'results/work_hours.bin'
\copy bytes FROM 'results/work_hours.bin' (FORMAT binary)

-- no days
SELECT pg_temp.copy_file('\x010104000001021c03fc') AS image \gset
\lo_export :image 'results/work_hours.bin'
\copy bytes FROM 'results/work_hours.bin' (FORMAT binary)

-- every weekday as days
SELECT pg_temp.copy_file('\x0101047f0001021c03fc') AS image \gset
\lo_export :image 'results/work_hours.bin'
\copy bytes FROM 'results/work_hours.bin' (FORMAT binary)

-- every weekday and holidays
SELECT pg_temp.copy_file('\x010104ff0001021c03fc') AS image \gset
\lo_export :image 'results/work_hours.bin'
\copy bytes FROM 'results/work_hours.bin' (FORMAT binary)

-- days and dates
SELECT pg_temp.copy_file('\x01010c010001000000000000000000010000003c') AS image \gset
\lo_export :image 'results/work_hours.bin'
\copy bytes FROM 'results/work_hours.bin' (FORMAT binary)

-- open without spans
SELECT pg_temp.copy_file('\x0101000000') AS image \gset
\lo_export :image 'results/work_hours.bin'
\copy bytes FROM 'results/work_hours.bin' (FORMAT binary)

-- first rule adds
SELECT pg_temp.copy_file('\x01010100010000003c') AS image \gset
\lo_export :image 'results/work_hours.bin'
\copy bytes FROM 'results/work_hours.bin' (FORMAT binary)

-- closed and adds
SELECT pg_temp.copy_file('\x01020000010000003c0300010000003c') AS image \gset
\lo_export :image 'results/work_hours.bin'
\copy bytes FROM 'results/work_hours.bin' (FORMAT binary)

-- empty span
SELECT pg_temp.copy_file('\x0101000001003c003c') AS image \gset
\lo_export :image 'results/work_hours.bin'
\copy bytes FROM 'results/work_hours.bin' (FORMAT binary)

-- span from 24:00 on
SELECT pg_temp.copy_file('\x010100000105a005dc') AS image \gset
\lo_export :image 'results/work_hours.bin'
\copy bytes FROM 'results/work_hours.bin' (FORMAT binary)

-- span beyond 48:00
SELECT pg_temp.copy_file('\x010100000100000b41') AS image \gset
\lo_export :image 'results/work_hours.bin'
\copy bytes FROM 'results/work_hours.bin' (FORMAT binary)

-- spans that touch
SELECT pg_temp.copy_file('\x01010000020000003c003c005a') AS image \gset
\lo_export :image 'results/work_hours.bin'
\copy bytes FROM 'results/work_hours.bin' (FORMAT binary)

-- spans out of order
SELECT pg_temp.copy_file('\x0101000002005a00640000003c') AS image \gset
\lo_export :image 'results/work_hours.bin'
\copy bytes FROM 'results/work_hours.bin' (FORMAT binary)

-- no dates
SELECT pg_temp.copy_file('\x010108000000010000003c') AS image \gset
\lo_export :image 'results/work_hours.bin'
\copy bytes FROM 'results/work_hours.bin' (FORMAT binary)

-- date before the year 1
SELECT pg_temp.copy_file('\x0101080001fff4dbf80000000000010000003c') AS image \gset
\lo_export :image 'results/work_hours.bin'
\copy bytes FROM 'results/work_hours.bin' (FORMAT binary)

-- date after the year 9999
SELECT pg_temp.copy_file('\x010108000100000000002c95d400010000003c') AS image \gset
\lo_export :image 'results/work_hours.bin'
\copy bytes FROM 'results/work_hours.bin' (FORMAT binary)

-- dates out of order
SELECT pg_temp.copy_file('\x01010800020000000500000006000000010000000200010000003c') AS image \gset
\lo_export :image 'results/work_hours.bin'
\copy bytes FROM 'results/work_hours.bin' (FORMAT binary)

-- dates that touch
SELECT pg_temp.copy_file('\x01010800020000000100000002000000030000000400010000003c') AS image \gset
\lo_export :image 'results/work_hours.bin'
\copy bytes FROM 'results/work_hours.bin' (FORMAT binary)

-- backward dates
SELECT pg_temp.copy_file('\x0101080001000000020000000100010000003c') AS image \gset
\lo_export :image 'results/work_hours.bin'
\copy bytes FROM 'results/work_hours.bin' (FORMAT binary)

-- 501 dates
SELECT pg_temp.copy_file('\x01010801f500000000000000000000000300000003000000060000000600000009000000090000000c0000000c0000000f0000000f0000001200000012000000150000001500000018000000180000001b0000001b0000001e0000001e0000002100000021000000240000002400000027000000270000002a0000002a0000002d0000002d00000030000000300000003300000033000000360000003600000039000000390000003c0000003c0000003f0000003f0000004200000042000000450000004500000048000000480000004b0000004b0000004e0000004e0000005100000051000000540000005400000057000000570000005a0000005a0000005d0000005d00000060000000600000006300000063000000660000006600000069000000690000006c0000006c0000006f0000006f0000007200000072000000750000007500000078000000780000007b0000007b0000007e0000007e0000008100000081000000840000008400000087000000870000008a0000008a0000008d0000008d00000090000000900000009300000093000000960000009600000099000000990000009c0000009c0000009f0000009f000000a2000000a2000000a5000000a5000000a8000000a8000000ab000000ab000000ae000000ae000000b1000000b1000000b4000000b4000000b7000000b7000000ba000000ba000000bd000000bd000000c0000000c0000000c3000000c3000000c6000000c6000000c9000000c9000000cc000000cc000000cf000000cf000000d2000000d2000000d5000000d5000000d8000000d8000000db000000db000000de000000de000000e1000000e1000000e4000000e4000000e7000000e7000000ea000000ea000000ed000000ed000000f0000000f0000000f3000000f3000000f6000000f6000000f9000000f9000000fc000000fc000000ff000000ff0000010200000102000001050000010500000108000001080000010b0000010b0000010e0000010e0000011100000111000001140000011400000117000001170000011a0000011a0000011d0000011d00000120000001200000012300000123000001260000012600000129000001290000012c0000012c0000012f0000012f0000013200000132000001350000013500000138000001380000013b0000013b0000013e0000013e0000014100000141000001440000014400000147000001470000014a0000014a0000014d0000014d00000150000001500000015300000153000001560000015600000159000001590000015c0000015c0000015f0000015f0000016200000162000001650000016500000168000001680000016b0000016b0000016e0000016e0000017100000171000001740000017400000177000001770000017a0000017a0000017d0000017d00000180000001800000018300000183000001860000018600000189000001890000018c0000018c0000018f0000018f0000019200000192000001950000019500000198000001980000019b0000019b0000019e0000019e000001a1000001a1000001a4000001a4000001a7000001a7000001aa000001aa000001ad000001ad000001b0000001b0000001b3000001b3000001b6000001b6000001b9000001b9000001bc000001bc000001bf000001bf000001c2000001c2000001c5000001c5000001c8000001c8000001cb000001cb000001ce000001ce000001d1000001d1000001d4000001d4000001d7000001d7000001da000001da000001dd000001dd000001e0000001e0000001e3000001e3000001e6000001e6000001e9000001e9000001ec000001ec000001ef000001ef000001f2000001f2000001f5000001f5000001f8000001f8000001fb000001fb000001fe000001fe0000020100000201000002040000020400000207000002070000020a0000020a0000020d0000020d00000210000002100000021300000213000002160000021600000219000002190000021c0000021c0000021f0000021f0000022200000222000002250000022500000228000002280000022b0000022b0000022e0000022e0000023100000231000002340000023400000237000002370000023a0000023a0000023d0000023d00000240000002400000024300000243000002460000024600000249000002490000024c0000024c0000024f0000024f0000025200000252000002550000025500000258000002580000025b0000025b0000025e0000025e0000026100000261000002640000026400000267000002670000026a0000026a0000026d0000026d00000270000002700000027300000273000002760000027600000279000002790000027c0000027c0000027f0000027f0000028200000282000002850000028500000288000002880000028b0000028b0000028e0000028e0000029100000291000002940000029400000297000002970000029a0000029a0000029d0000029d000002a0000002a0000002a3000002a3000002a6000002a6000002a9000002a9000002ac000002ac000002af000002af000002b2000002b2000002b5000002b5000002b8000002b8000002bb000002bb000002be000002be000002c1000002c1000002c4000002c4000002c7000002c7000002ca000002ca000002cd000002cd000002d0000002d0000002d3000002d3000002d6000002d6000002d9000002d9000002dc000002dc000002df000002df000002e2000002e2000002e5000002e5000002e8000002e8000002eb000002eb000002ee000002ee000002f1000002f1000002f4000002f4000002f7000002f7000002fa000002fa000002fd000002fd00000300000003000000030300000303000003060000030600000309000003090000030c0000030c0000030f0000030f0000031200000312000003150000031500000318000003180000031b0000031b0000031e0000031e0000032100000321000003240000032400000327000003270000032a0000032a0000032d0000032d00000330000003300000033300000333000003360000033600000339000003390000033c0000033c0000033f0000033f0000034200000342000003450000034500000348000003480000034b0000034b0000034e0000034e0000035100000351000003540000035400000357000003570000035a0000035a0000035d0000035d00000360000003600000036300000363000003660000036600000369000003690000036c0000036c0000036f0000036f0000037200000372000003750000037500000378000003780000037b0000037b0000037e0000037e0000038100000381000003840000038400000387000003870000038a0000038a0000038d0000038d00000390000003900000039300000393000003960000039600000399000003990000039c0000039c0000039f0000039f000003a2000003a2000003a5000003a5000003a8000003a8000003ab000003ab000003ae000003ae000003b1000003b1000003b4000003b4000003b7000003b7000003ba000003ba000003bd000003bd000003c0000003c0000003c3000003c3000003c6000003c6000003c9000003c9000003cc000003cc000003cf000003cf000003d2000003d2000003d5000003d5000003d8000003d8000003db000003db000003de000003de000003e1000003e1000003e4000003e4000003e7000003e7000003ea000003ea000003ed000003ed000003f0000003f0000003f3000003f3000003f6000003f6000003f9000003f9000003fc000003fc000003ff000003ff0000040200000402000004050000040500000408000004080000040b0000040b0000040e0000040e0000041100000411000004140000041400000417000004170000041a0000041a0000041d0000041d00000420000004200000042300000423000004260000042600000429000004290000042c0000042c0000042f0000042f0000043200000432000004350000043500000438000004380000043b0000043b0000043e0000043e0000044100000441000004440000044400000447000004470000044a0000044a0000044d0000044d00000450000004500000045300000453000004560000045600000459000004590000045c0000045c0000045f0000045f0000046200000462000004650000046500000468000004680000046b0000046b0000046e0000046e0000047100000471000004740000047400000477000004770000047a0000047a0000047d0000047d00000480000004800000048300000483000004860000048600000489000004890000048c0000048c0000048f0000048f0000049200000492000004950000049500000498000004980000049b0000049b0000049e0000049e000004a1000004a1000004a4000004a4000004a7000004a7000004aa000004aa000004ad000004ad000004b0000004b0000004b3000004b3000004b6000004b6000004b9000004b9000004bc000004bc000004bf000004bf000004c2000004c2000004c5000004c5000004c8000004c8000004cb000004cb000004ce000004ce000004d1000004d1000004d4000004d4000004d7000004d7000004da000004da000004dd000004dd000004e0000004e0000004e3000004e3000004e6000004e6000004e9000004e9000004ec000004ec000004ef000004ef000004f2000004f2000004f5000004f5000004f8000004f8000004fb000004fb000004fe000004fe0000050100000501000005040000050400000507000005070000050a0000050a0000050d0000050d00000510000005100000051300000513000005160000051600000519000005190000051c0000051c0000051f0000051f0000052200000522000005250000052500000528000005280000052b0000052b0000052e0000052e0000053100000531000005340000053400000537000005370000053a0000053a0000053d0000053d00000540000005400000054300000543000005460000054600000549000005490000054c0000054c0000054f0000054f0000055200000552000005550000055500000558000005580000055b0000055b0000055e0000055e0000056100000561000005640000056400000567000005670000056a0000056a0000056d0000056d00000570000005700000057300000573000005760000057600000579000005790000057c0000057c0000057f0000057f0000058200000582000005850000058500000588000005880000058b0000058b0000058e0000058e0000059100000591000005940000059400000597000005970000059a0000059a0000059d0000059d000005a0000005a0000005a3000005a3000005a6000005a6000005a9000005a9000005ac000005ac000005af000005af000005b2000005b2000005b5000005b5000005b8000005b8000005bb000005bb000005be000005be000005c1000005c1000005c4000005c4000005c7000005c7000005ca000005ca000005cd000005cd000005d0000005d0000005d3000005d3000005d6000005d6000005d9000005d9000005dc000005dc0000') AS image \gset
\lo_export :image 'results/work_hours.bin'
\copy bytes FROM 'results/work_hours.bin' (FORMAT binary)

-- more dates than bytes
SELECT pg_temp.copy_file('\x010108ffff') AS image \gset
\lo_export :image 'results/work_hours.bin'
\copy bytes FROM 'results/work_hours.bin' (FORMAT binary)

-- more spans than bytes
SELECT pg_temp.copy_file('\x010100ffff') AS image \gset
\lo_export :image 'results/work_hours.bin'
\copy bytes FROM 'results/work_hours.bin' (FORMAT binary)

-- bytes after the end
SELECT pg_temp.copy_file('\x01010000010000003c00') AS image \gset
\lo_export :image 'results/work_hours.bin'
\copy bytes FROM 'results/work_hours.bin' (FORMAT binary)

SELECT * FROM bytes ORDER BY value;
SELECT count(lo_unlink(oid)) > 0 AS tidied FROM pg_largeobject_metadata WHERE lomowner = 'regress_work_hours'::regrole;

RESET ROLE;
DROP OWNED BY regress_work_hours;
DROP ROLE regress_work_hours;
