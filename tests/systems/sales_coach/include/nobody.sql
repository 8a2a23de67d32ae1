-- All of it gone again, the log too.
delete from auth.users;
delete from organizations;
delete from curriculum_modules;
delete from session_events;
delete from knowledge_base;
delete from objection_library;
delete from audit_log;
