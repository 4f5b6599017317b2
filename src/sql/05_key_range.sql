--
-- key_range: text keys in exclusion constraints
--
-- "No two rows of the same agent overlap in time" is an exclusion constraint
-- over the key and the range.  GiST has no operator class for text in the core
-- server; a range that holds just the key, [key, key], is indexed like any
-- other range, and two of them overlap when the keys are equal.
--
CREATE TYPE key_range AS RANGE (
    SUBTYPE = text,
    COLLATION = "C",
    MULTIRANGE_TYPE_NAME = key_multirange
);
COMMENT ON TYPE key_range IS
    'range of text keys, for exclusion constraints: key_range(key, key, ''[]'') WITH &&';
COMMENT ON FUNCTION key_range(text, text) IS 'half-open range of text keys';
COMMENT ON FUNCTION key_range(text, text, text) IS 'range of text keys with given bounds';
COMMENT ON TYPE key_multirange IS 'set of ranges of text keys';
COMMENT ON FUNCTION key_multirange() IS 'empty set of key ranges';
COMMENT ON FUNCTION key_multirange(key_range) IS 'set of one key range';
COMMENT ON FUNCTION key_multirange(VARIADIC key_range[]) IS 'set of key ranges';
