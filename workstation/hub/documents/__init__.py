"""Papers the hub makes as PDF: copies of invoices, reminders, slips; drawn by reportlab, imported late."""
