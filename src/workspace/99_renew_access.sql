--
-- What the parts before have written into the tables of access comes true
--
SELECT renew_access();
