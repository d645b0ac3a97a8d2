"""The room of a case: header, conversation, decisions and composer."""
