-- What two_csms.sql has written, and what a test has made beside it.
delete from customers;
delete from agent_sessions;
delete from training_modules;
delete from knowledge_base;
delete from activity_log;
delete from auth.users;
