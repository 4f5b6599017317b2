-- Functions, views and comments are replaced by what join-sql adds; what
-- cannot be replaced stands here.
DROP FUNCTION run_workspace_script(text, text, integer);
