<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="en" sourcelanguage="de">
<context>
    <name>Bug</name>
    <message>
        <source>Hier ist ein Fehler passiert</source>
        <translation>Something went wrong here</translation>
    </message>
    <message>
        <source>Weiter</source>
        <translation>Go on</translation>
    </message>
    <message>
        <source>Das liegt am Programm, nicht an dir. Was du gespeichert hast, bleibt gespeichert. Der Bericht steht auch im Protokoll.</source>
        <translation>This is a fault of the program, not yours. What you saved stays saved. The report is in the log as well.</translation>
    </message>
    <message>
        <source>Bericht</source>
        <translation>Report</translation>
    </message>
    <message>
        <source>Bericht kopieren</source>
        <translation>Copy the report</translation>
    </message>
</context>
<context>
    <name>Customer</name>
    <message>
        <source>Unbekannt</source>
        <translation>Unknown</translation>
    </message>
    <message>
        <source>Kundenkonto seit {year}</source>
        <translation>Customer account since {year}</translation>
    </message>
    <message>
        <source>Umsatz, 12 Mon.</source>
        <translation>Sales, 12 months</translation>
    </message>
    <message>
        <source>Offen</source>
        <translation>Open</translation>
    </message>
    <message>
        <source>Guthaben</source>
        <translation>Credit</translation>
    </message>
    <message>
        <source>Erstattet</source>
        <translation>Refunded</translation>
    </message>
</context>
<context>
    <name>Line</name>
    <message>
        <source>1 Vorgang wartet im Ausgang und geht automatisch raus.</source>
        <translation>1 item waits in the outbox and will go out by itself.</translation>
    </message>
    <message>
        <source>{count} Vorgänge warten im Ausgang und gehen automatisch raus.</source>
        <translation>{count} items wait in the outbox and will go out by themselves.</translation>
    </message>
    <message>
        <source>Ausgang ansehen</source>
        <translation>Show outbox</translation>
    </message>
    <message>
        <source>Nur lesen</source>
        <translation>Read only</translation>
    </message>
    <message>
        <source>Der Datenträger ist voll.</source>
        <translation>The disk is full.</translation>
    </message>
    <message>
        <source>Du kannst lesen. Gib Platz frei, dann kannst du weiter entscheiden und schreiben.</source>
        <translation>You can read. Free some space, then you can decide and write again.</translation>
    </message>
    <message>
        <source>Erneut versuchen</source>
        <translation>Try again</translation>
    </message>
    <message>
        <source>Du kannst weiterarbeiten.</source>
        <translation>You can go on working.</translation>
    </message>
    <message>
        <source>Offline seit {time}</source>
        <translation>Offline since {time}</translation>
    </message>
    <message>
        <source>Keine Verbindung seit {time}.</source>
        <translation>No connection since {time}.</translation>
    </message>
    <message>
        <source>Neu verbinden</source>
        <translation>Reconnect</translation>
    </message>
    <message>
        <source>Noch nicht mit dem Hub verglichen</source>
        <translation>Not compared with the hub yet</translation>
    </message>
    <message>
        <source>Zuletzt verglichen {time}, 0 Abweichungen</source>
        <translation>Last compared {time}, 0 differences</translation>
    </message>
    <message>
        <source>Zuletzt verglichen {time}, 1 Abweichung behoben</source>
        <translation>Last compared {time}, 1 difference mended</translation>
    </message>
    <message>
        <source>Zuletzt verglichen {time}, {count} Abweichungen behoben</source>
        <translation>Last compared {time}, {count} differences mended</translation>
    </message>
    <message>
        <source>Hub zu alt</source>
        <translation>Hub too old</translation>
    </message>
    <message>
        <source>Der Hub ist zu alt für dieses Programm.</source>
        <translation>The hub is too old for this program.</translation>
    </message>
    <message>
        <source>Was du entscheidest, bleibt gespeichert. Bitte lass den Hub aktualisieren.</source>
        <translation>What you decide stays saved. Please have the hub updated.</translation>
    </message>
    <message>
        <source>Update nötig</source>
        <translation>Update needed</translation>
    </message>
    <message>
        <source>Dieses Programm ist zu alt für den Hub.</source>
        <translation>This program is too old for the hub.</translation>
    </message>
    <message>
        <source>Was du entscheidest, geht noch raus. Neues siehst du erst nach dem Update.</source>
        <translation>What you decide still goes out. You see news only after the update.</translation>
    </message>
    <message>
        <source>Anmeldung nötig</source>
        <translation>Sign-in needed</translation>
    </message>
    <message>
        <source>Stand {time}</source>
        <translation>As of {time}</translation>
    </message>
    <message>
        <source>Lädt … {percent} %</source>
        <translation>Loading … {percent} %</translation>
    </message>
    <message>
        <source>Wenig Platz</source>
        <translation>Little space</translation>
    </message>
    <message>
        <source>{count} im Ausgang</source>
        <translation>{count} in the outbox</translation>
    </message>
    <message>
        <source>Verbunden</source>
        <translation>Connected</translation>
    </message>
</context>
<context>
    <name>Queue</name>
    <message>
        <source>Neu · {code}</source>
        <translation>New · {code}</translation>
    </message>
    <message>
        <source>Unbekannt</source>
        <translation>Unknown</translation>
    </message>
    <message>
        <source>(ohne Betreff)</source>
        <translation>(no subject)</translation>
    </message>
    <message>
        <source>Rückruf</source>
        <translation>Call back</translation>
    </message>
    <message>
        <source>Lieferung</source>
        <translation>Delivery</translation>
    </message>
    <message>
        <source>Zusage</source>
        <translation>Promise</translation>
    </message>
    <message>
        <source>Nachfrage</source>
        <translation>Check-back</translation>
    </message>
    <message>
        <source>Freigabe</source>
        <translation>Approval</translation>
    </message>
</context>
<context>
    <name>Rail</name>
    <message>
        <source>Eingang</source>
        <translation>Inbox</translation>
    </message>
    <message>
        <source>Kunden</source>
        <translation>Customers</translation>
    </message>
    <message>
        <source>Mehr</source>
        <translation>More</translation>
    </message>
    <message>
        <source>Aufträge</source>
        <translation>Work</translation>
    </message>
</context>
<context>
    <name>Sheets</name>
    <message>
        <source>Kommt wieder: {when}</source>
        <translation>Comes back: {when}</translation>
    </message>
    <message>
        <source>Anruf festgehalten</source>
        <translation>Call logged</translation>
    </message>
    <message>
        <source>Bestellung zugeordnet</source>
        <translation>Order linked</translation>
    </message>
    <message>
        <source>Liegt jetzt bei {name}</source>
        <translation>Now with {name}</translation>
    </message>
    <message>
        <source>Liegt wieder im Team</source>
        <translation>Back with the team</translation>
    </message>
    <message>
        <source>{count} Fälle zuweisen</source>
        <translation>Assign {count} cases</translation>
    </message>
    <message>
        <source>Wiedervorlage für {count} Fälle</source>
        <translation>Snooze {count} cases</translation>
    </message>
    <message>
        <source>Wann nachfragen?</source>
        <translation>When to check back?</translation>
    </message>
    <message>
        <source>Nachfrage planen</source>
        <translation>Plan check-back</translation>
    </message>
</context>
<context>
    <name>Shell</name>
    <message>
        <source>Nicht angenommen</source>
        <translation>Not accepted</translation>
    </message>
    <message>
        <source>Antwort nicht gesendet</source>
        <translation>Answer not sent</translation>
    </message>
    <message>
        <source>Öffnen</source>
        <translation>Open</translation>
    </message>
    <message>
        <source>Rückgängig</source>
        <translation>Undo</translation>
    </message>
    <message>
        <source>Erledigt: {name}</source>
        <translation>Done: {name}</translation>
    </message>
    <message>
        <source>Wieder öffnen</source>
        <translation>Reopen</translation>
    </message>
    <message>
        <source>Wieder geöffnet</source>
        <translation>Reopened</translation>
    </message>
    <message>
        <source>Kein Fall. Aus dem Eingang genommen.</source>
        <translation>Not a case. Taken out of the inbox.</translation>
    </message>
    <message>
        <source>Doch ein Fall</source>
        <translation>It is a case</translation>
    </message>
    <message>
        <source>Wieder im Eingang</source>
        <translation>Back in the inbox</translation>
    </message>
    <message>
        <source>Kopiert</source>
        <translation>Copied</translation>
    </message>
    <message>
        <source>Neue E-Mail</source>
        <translation>New email</translation>
    </message>
    <message>
        <source>Anruf festhalten</source>
        <translation>Log a call</translation>
    </message>
    <message>
        <source>Ausgang</source>
        <translation>Outbox</translation>
    </message>
    <message>
        <source>Einstellungen</source>
        <translation>Settings</translation>
    </message>
    <message>
        <source>Tastenkürzel</source>
        <translation>Keyboard shortcuts</translation>
    </message>
    <message>
        <source>Hub auf diesem Computer beenden</source>
        <translation>Stop the hub on this computer</translation>
    </message>
    <message>
        <source>Beenden</source>
        <translation>Quit</translation>
    </message>
    <message>
        <source>Daten neu laden</source>
        <translation>Reload data</translation>
    </message>
    <message>
        <source>Alles wird neu geladen. Was du geschrieben hast, bleibt.</source>
        <translation>Everything is loaded anew. What you have written stays.</translation>
    </message>
    <message>
        <source>Abmelden</source>
        <translation>Sign out</translation>
    </message>
    <message>
        <source>Die Einstellung gilt nur bis zum Beenden: sie ließ sich nicht speichern.</source>
        <translation>The setting lasts until you quit: it could not be saved.</translation>
    </message>
    <message>
        <source>Keine Nachfrage</source>
        <translation>No check-back</translation>
    </message>
    <message>
        <source>Nachfrage: {when}</source>
        <translation>Check-back: {when}</translation>
    </message>
    <message>
        <source>Nachfrage {when}</source>
        <translation>Check-back {when}</translation>
    </message>
    <message>
        <source>Erledigt, Nachfrage {when}</source>
        <translation>Done, check back {when}</translation>
    </message>
    <message>
        <source>Anderer Zeitpunkt …</source>
        <translation>Another time …</translation>
    </message>
    <message>
        <source>Erledigt ohne Nachfrage</source>
        <translation>Done without check-back</translation>
    </message>
    <message>
        <source>Bestätigt: {title}</source>
        <translation>Confirmed: {title}</translation>
    </message>
</context>
<context>
    <name>Shortcuts</name>
    <message>
        <source>Schließen</source>
        <translation>Close</translation>
    </message>
    <message>
        <source>Tastenkürzel</source>
        <translation>Keyboard shortcuts</translation>
    </message>
</context>
<context>
    <name>SignIn</name>
    <message>
        <source>Der Hub wird gesucht.</source>
        <translation>Looking for the hub.</translation>
    </message>
    <message>
        <source>Du wirst angemeldet.</source>
        <translation>Signing you in.</translation>
    </message>
    <message>
        <source>Der Hub wird eingerichtet. Das dauert wenige Sekunden.</source>
        <translation>Setting up the hub. This takes a few seconds.</translation>
    </message>
</context>
<context>
    <name>Store</name>
    <message>
        <source>Kein Schlüsselbund gefunden</source>
        <translation>No keyring found</translation>
    </message>
    <message>
        <source>Die Daten lassen sich nicht öffnen</source>
        <translation>The data cannot be opened</translation>
    </message>
    <message>
        <source>Beenden</source>
        <translation>Quit</translation>
    </message>
    <message>
        <source>Noch einmal versuchen</source>
        <translation>Try again</translation>
    </message>
    <message>
        <source>Schlüsseldatei anlegen</source>
        <translation>Create a key file</translation>
    </message>
</context>
<context>
    <name>TopBar</name>
    <message>
        <source>Ausgang öffnen ({key})</source>
        <translation>Open the outbox ({key})</translation>
    </message>
    <message>
        <source>Suchen oder Befehl eingeben</source>
        <translation>Search or type a command</translation>
    </message>
    <message>
        <source>Angemeldet als {name}</source>
        <translation>Signed in as {name}</translation>
    </message>
</context>
</TS>
