<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="en" sourcelanguage="de">
<context>
    <name>Decision</name>
    <message>
        <source>Sofort</source>
        <translation>Now</translation>
    </message>
    <message>
        <source>Freigabe</source>
        <translation>Approval</translation>
    </message>
    <message>
        <source>Gesperrt</source>
        <translation>Blocked</translation>
    </message>
    <message>
        <source>Vormerken</source>
        <translation>Queue</translation>
    </message>
    <message>
        <source>Bucht …</source>
        <translation>Booking …</translation>
    </message>
    <message>
        <source>Gebucht</source>
        <translation>Booked</translation>
    </message>
    <message>
        <source>Angefragt</source>
        <translation>Asked</translation>
    </message>
    <message>
        <source>Abgelehnt</source>
        <translation>Declined</translation>
    </message>
    <message>
        <source>Betrag ändern …</source>
        <translation>Change amount …</translation>
    </message>
    <message>
        <source>Mehr ({count})</source>
        <translation>More ({count})</translation>
    </message>
    <message>
        <source>Weitere Entscheidungen: {count}</source>
        <translation>More decisions: {count}</translation>
    </message>
    <message>
        <source>{title}: Betrag ändern …</source>
        <translation>{title}: change amount …</translation>
    </message>
</context>
<context>
    <name>Keys</name>
    <message>
        <source>Nächster Fall</source>
        <translation>Next case</translation>
    </message>
    <message>
        <source>Vorheriger Fall</source>
        <translation>Previous case</translation>
    </message>
    <message>
        <source>Eingang filtern</source>
        <translation>Filter the inbox</translation>
    </message>
    <message>
        <source>Antworten</source>
        <translation>Reply</translation>
    </message>
    <message>
        <source>Interne Notiz</source>
        <translation>Internal note</translation>
    </message>
    <message>
        <source>Erledigt</source>
        <translation>Done</translation>
    </message>
    <message>
        <source>Zuweisen</source>
        <translation>Assign</translation>
    </message>
    <message>
        <source>Wiedervorlage</source>
        <translation>Snooze</translation>
    </message>
    <message>
        <source>Zusage machen</source>
        <translation>Make a promise</translation>
    </message>
    <message>
        <source>Zum Fall, in dem dieser aufgegangen ist</source>
        <translation>Go to the case this one was merged into</translation>
    </message>
    <message>
        <source>Kein Fall (Spam, Newsletter)</source>
        <translation>Not a case (spam, newsletter)</translation>
    </message>
    <message>
        <source>Entscheidung zurücknehmen</source>
        <translation>Undo the decision</translation>
    </message>
    <message>
        <source>Senden</source>
        <translation>Send</translation>
    </message>
    <message>
        <source>Senden und erledigen</source>
        <translation>Send and done</translation>
    </message>
    <message>
        <source>Neue E-Mail</source>
        <translation>New email</translation>
    </message>
    <message>
        <source>Anruf notieren</source>
        <translation>Log a call</translation>
    </message>
    <message>
        <source>Eingang</source>
        <translation>Inbox</translation>
    </message>
    <message>
        <source>Freigaben</source>
        <translation>Approvals</translation>
    </message>
    <message>
        <source>Kunden</source>
        <translation>Customers</translation>
    </message>
    <message>
        <source>Theke</source>
        <translation>Counter</translation>
    </message>
    <message>
        <source>Zahlen</source>
        <translation>Figures</translation>
    </message>
    <message>
        <source>Suchen oder Befehl eingeben</source>
        <translation>Search or type a command</translation>
    </message>
    <message>
        <source>In diesem Bereich suchen</source>
        <translation>Find in this pane</translation>
    </message>
    <message>
        <source>Nächster Bereich</source>
        <translation>Next pane</translation>
    </message>
    <message>
        <source>Vorheriger Bereich</source>
        <translation>Previous pane</translation>
    </message>
    <message>
        <source>Eingang ein- und ausblenden</source>
        <translation>Show or hide the inbox</translation>
    </message>
    <message>
        <source>Verlauf ein- und ausblenden</source>
        <translation>Show or hide the history</translation>
    </message>
    <message>
        <source>Ausgang</source>
        <translation>Outbox</translation>
    </message>
    <message>
        <source>Tastenkürzel</source>
        <translation>Keyboard shortcuts</translation>
    </message>
    <message>
        <source>Schließen, zurück zur Liste</source>
        <translation>Close, back to the list</translation>
    </message>
    <message>
        <source>Text größer</source>
        <translation>Larger text</translation>
    </message>
    <message>
        <source>Text kleiner</source>
        <translation>Smaller text</translation>
    </message>
    <message>
        <source>Text in normaler Größe</source>
        <translation>Text at normal size</translation>
    </message>
    <message>
        <source>Eingabe</source>
        <translation>Enter</translation>
    </message>
    <message>
        <source>Entscheidung {number}</source>
        <translation>Decision {number}</translation>
    </message>
    <message>
        <source>Fall auswählen</source>
        <translation>Select case</translation>
    </message>
    <message>
        <source>Bis hierher auswählen</source>
        <translation>Select up to here</translation>
    </message>
    <message>
        <source>Auswahl nach unten erweitern</source>
        <translation>Extend selection down</translation>
    </message>
    <message>
        <source>Auswahl nach oben erweitern</source>
        <translation>Extend selection up</translation>
    </message>
    <message>
        <source>Alle geladenen Fälle auswählen</source>
        <translation>Select all loaded cases</translation>
    </message>
    <message>
        <source>Aufträge</source>
        <translation>Work orders</translation>
    </message>
    <message>
        <source>Nur für alle, die ein Team leiten</source>
        <translation>Only for those who lead a team</translation>
    </message>
    <message>
        <source>Nur im Eingang, wo der Fall zu sehen ist</source>
        <translation>Only in the inbox, where the case can be seen</translation>
    </message>
    <message>
        <source>Dieser Fall ist in keinem anderen aufgegangen</source>
        <translation>This case has not gone into another one</translation>
    </message>
</context>
<context>
    <name>Notice</name>
    <message>
        <source>Mehr</source>
        <translation>More</translation>
    </message>
    <message>
        <source>Weniger</source>
        <translation>Less</translation>
    </message>
</context>
<context>
    <name>Queue</name>
    <message>
        <source>{who} schreibt</source>
        <translation>{who} is writing</translation>
    </message>
    <message>
        <source>Niemand wartet.</source>
        <translation>Nobody is waiting.</translation>
    </message>
    <message>
        <source>Nur ungelesene</source>
        <translation>Unread only</translation>
    </message>
    <message>
        <source>Filter löschen</source>
        <translation>Clear filter</translation>
    </message>
    <message>
        <source>Filter, aktiv</source>
        <translation>Filter, active</translation>
    </message>
    <message>
        <source>Filter</source>
        <translation>Filter</translation>
    </message>
    <message>
        <source>Alle</source>
        <translation>All</translation>
    </message>
    <message>
        <source>Meine</source>
        <translation>Mine</translation>
    </message>
    <message>
        <source>Team</source>
        <translation>Team</translation>
    </message>
    <message>
        <source>1 neuer über dir</source>
        <translation>1 new above you</translation>
    </message>
    <message>
        <source>Zusage vorziehen</source>
        <translation>Do the promise now</translation>
    </message>
    <message>
        <source>Alles erledigt</source>
        <translation>All done</translation>
    </message>
    <message>
        <source>Eingang</source>
        <translation>Inbox</translation>
    </message>
    <message>
        <source>nach Fälligkeit</source>
        <translation>by due time</translation>
    </message>
    <message>
        <source>Fälle nach Fälligkeit</source>
        <translation>Cases by due time</translation>
    </message>
    <message>
        <source>Neu ordnen</source>
        <translation>Sort again</translation>
    </message>
    <message>
        <source>Kein Vorgang mit diesem Filter</source>
        <translation>No case with this filter</translation>
    </message>
    <message>
        <source>Die nächste Zusage ist {at}: {what}.</source>
        <translation>Next promise is {at}: {what}.</translation>
    </message>
    <message>
        <source>{count} neue über dir</source>
        <translation>{count} new above you</translation>
    </message>
    <message>
        <source>E-Mail</source>
        <translation>Email</translation>
    </message>
    <message>
        <source>Telefon</source>
        <translation>Phone</translation>
    </message>
    <message>
        <source>Chat</source>
        <translation>Chat</translation>
    </message>
    <message>
        <source>Formular</source>
        <translation>Form</translation>
    </message>
    <message>
        <source>Theke</source>
        <translation>Counter</translation>
    </message>
    <message>
        <source>Brief</source>
        <translation>Letter</translation>
    </message>
    <message>
        <source>Hinweis</source>
        <translation>Note</translation>
    </message>
    <message>
        <source>Überfällig</source>
        <translation>Overdue</translation>
    </message>
    <message>
        <source>Nächste 30 Minuten</source>
        <translation>Next 30 minutes</translation>
    </message>
    <message>
        <source>Heute</source>
        <translation>Today</translation>
    </message>
    <message>
        <source>Später</source>
        <translation>Later</translation>
    </message>
    <message>
        <source>Wartet auf andere</source>
        <translation>Waiting on others</translation>
    </message>
    <message>
        <source>Zusage: {what} bis {time}</source>
        <translation>Promise: {what} by {time}</translation>
    </message>
    <message>
        <source>Erste Antwort bis {time}</source>
        <translation>First answer by {time}</translation>
    </message>
    <message>
        <source>Antwort bis {time}</source>
        <translation>Answer by {time}</translation>
    </message>
    <message>
        <source>Lösung bis {time}</source>
        <translation>Resolve by {time}</translation>
    </message>
    <message>
        <source>Freigabe bis {time}</source>
        <translation>Approval by {time}</translation>
    </message>
    <message>
        <source>Nachfassen bis {time}</source>
        <translation>Follow up by {time}</translation>
    </message>
    <message>
        <source>Wiedervorlage {time}</source>
        <translation>Snoozed until {time}</translation>
    </message>
    <message>
        <source>Zusage: {what}</source>
        <translation>Promise: {what}</translation>
    </message>
    <message>
        <source>Freigabe offen</source>
        <translation>Approval open</translation>
    </message>
    <message>
        <source>Freigabe erteilt</source>
        <translation>Approval given</translation>
    </message>
    <message>
        <source>Antwort kam nicht an</source>
        <translation>Answer did not arrive</translation>
    </message>
    <message>
        <source>Vorgemerkt, nicht gebucht</source>
        <translation>Queued, not booked</translation>
    </message>
    <message>
        <source>Erste Antwort offen</source>
        <translation>First answer open</translation>
    </message>
    <message>
        <source>Antwort offen</source>
        <translation>Answer open</translation>
    </message>
    <message>
        <source>Lösung offen</source>
        <translation>Not resolved yet</translation>
    </message>
    <message>
        <source>Nachfassen</source>
        <translation>Follow up</translation>
    </message>
    <message>
        <source>Wiedervorlage</source>
        <translation>Snoozed</translation>
    </message>
    <message>
        <source>Antwort</source>
        <translation>Answer</translation>
    </message>
    <message>
        <source>zugeklappt</source>
        <translation>folded</translation>
    </message>
    <message>
        <source>aufgeklappt</source>
        <translation>unfolded</translation>
    </message>
    <message>
        <source>Wartet auf Antwort</source>
        <translation>Waiting for an answer</translation>
    </message>
    <message>
        <source>Ungelesen</source>
        <translation>Unread</translation>
    </message>
    <message>
        <source>Wartet seit {span}</source>
        <translation>Waiting for {span}</translation>
    </message>
    <message>
        <source>Wartet im Chat seit {span}</source>
        <translation>Waiting in chat for {span}</translation>
    </message>
    <message>
        <source>Fällig {distance}</source>
        <translation>Due {distance}</translation>
    </message>
    <message>
        <source>Ausgewählt</source>
        <translation>Selected</translation>
    </message>
    <message>
        <source>Nachfrage: ist alles gut?</source>
        <translation>Check back: is all well?</translation>
    </message>
</context>
<context>
    <name>Sheet</name>
    <message>
        <source>Abbrechen</source>
        <translation>Cancel</translation>
    </message>
</context>
<context>
    <name>Skeleton</name>
    <message>
        <source>Wird geladen</source>
        <translation>Loading</translation>
    </message>
    <message>
        <source>Dauert länger als sonst</source>
        <translation>Taking longer than usual</translation>
    </message>
    <message>
        <source>Abbrechen</source>
        <translation>Cancel</translation>
    </message>
</context>
<context>
    <name>Timeline</name>
    <message>
        <source>Alles</source>
        <translation>All</translation>
    </message>
    <message>
        <source>Bestellungen</source>
        <translation>Orders</translation>
    </message>
    <message>
        <source>Geld</source>
        <translation>Money</translation>
    </message>
    <message>
        <source>Kontakte</source>
        <translation>Contacts</translation>
    </message>
    <message>
        <source>Im Verlauf suchen</source>
        <translation>Search the history</translation>
    </message>
    <message>
        <source>Verlauf</source>
        <translation>History</translation>
    </message>
    <message>
        <source>Noch kein Kunde zugeordnet</source>
        <translation>No customer linked yet</translation>
    </message>
    <message>
        <source>Anrufen</source>
        <translation>Call</translation>
    </message>
    <message>
        <source>Kundendaten ändern</source>
        <translation>Edit customer</translation>
    </message>
    <message>
        <source>Nichts gefunden</source>
        <translation>Nothing found</translation>
    </message>
    <message>
        <source>Nichts mit diesem Filter</source>
        <translation>Nothing with this filter</translation>
    </message>
    <message>
        <source>Noch kein Verlauf</source>
        <translation>No history yet</translation>
    </message>
    <message>
        <source>Heute</source>
        <translation>Today</translation>
    </message>
    <message>
        <source>Gestern</source>
        <translation>Yesterday</translation>
    </message>
</context>
<context>
    <name>Toast</name>
    <message>
        <source>Schließen</source>
        <translation>Close</translation>
    </message>
</context>
<context>
    <name>UndoBar</name>
    <message>
        <source>Jetzt buchen</source>
        <translation>Book now</translation>
    </message>
    <message>
        <source>Rückgängig</source>
        <translation>Undo</translation>
    </message>
</context>
</TS>
