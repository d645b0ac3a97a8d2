<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="en" sourcelanguage="de">
<context>
    <name>Assign</name>
    <message>
        <source>Fall zuweisen</source>
        <translation>Assign the case</translation>
    </message>
    <message>
        <source>Zuweisen</source>
        <translation>Assign</translation>
    </message>
    <message>
        <source>Mitarbeitende</source>
        <translation>Colleagues</translation>
    </message>
    <message>
        <source>{name} (ich)</source>
        <translation>{name} (me)</translation>
    </message>
    <message>
        <source>Niemand, zurück ins Team</source>
        <translation>Nobody, back to the team</translation>
    </message>
</context>
<context>
    <name>Call</name>
    <message>
        <source>Anruf festhalten</source>
        <translation>Log a call</translation>
    </message>
    <message>
        <source>Festhalten</source>
        <translation>Log</translation>
    </message>
    <message>
        <source>Telefonnummer</source>
        <translation>Phone number</translation>
    </message>
    <message>
        <source>Name</source>
        <translation>Name</translation>
    </message>
    <message>
        <source>Worum geht es?</source>
        <translation>What is it about?</translation>
    </message>
    <message>
        <source>Kunde hat angerufen</source>
        <translation>The customer called</translation>
    </message>
    <message>
        <source>Wir haben angerufen</source>
        <translation>We called</translation>
    </message>
    <message>
        <source>Richtung</source>
        <translation>Direction</translation>
    </message>
    <message>
        <source>Gesprochen</source>
        <translation>Spoken</translation>
    </message>
    <message>
        <source>Nicht erreicht</source>
        <translation>Not reached</translation>
    </message>
    <message>
        <source>Ergebnis</source>
        <translation>Result</translation>
    </message>
    <message>
        <source>Dauer</source>
        <translation>Duration</translation>
    </message>
    <message>
        <source>Was wurde besprochen?</source>
        <translation>What was discussed?</translation>
    </message>
    <message>
        <source>Bitte sage mit ein paar Wörtern, worum es geht.</source>
        <translation>Please say in a few words what it is about.</translation>
    </message>
    <message>
        <source>Das ist keine Telefonnummer.</source>
        <translation>This is not a phone number.</translation>
    </message>
    <message>
        <source>Bitte halte fest, was besprochen wurde.</source>
        <translation>Please note what was discussed.</translation>
    </message>
    <message>
        <source>Nur wenn es etwas zu sagen gibt</source>
        <translation>Only if there is something to say</translation>
    </message>
</context>
<context>
    <name>CaseDesk</name>
    <message>
        <source>Nichts ausgewählt</source>
        <translation>Nothing selected</translation>
    </message>
    <message>
        <source>J öffnet den nächsten fälligen Fall.</source>
        <translation>J opens the next case that is due.</translation>
    </message>
    <message>
        <source>Dateien anhängen</source>
        <translation>Attach files</translation>
    </message>
    <message>
        <source>Anhang speichern</source>
        <translation>Save attachment</translation>
    </message>
    <message>
        <source>Konnte nicht gespeichert werden: {why}</source>
        <translation>Could not be saved: {why}</translation>
    </message>
    <message>
        <source>Gespeichert: {name}</source>
        <translation>Saved: {name}</translation>
    </message>
    <message>
        <source>Neue Nachricht in diesem Fall</source>
        <translation>New message in this case</translation>
    </message>
    <message>
        <source>{name} hat um {time} geschrieben.</source>
        <translation>{name} wrote at {time}.</translation>
    </message>
    <message>
        <source>Nachricht zeigen</source>
        <translation>Show message</translation>
    </message>
    <message>
        <source>Trotzdem senden</source>
        <translation>Send anyway</translation>
    </message>
    <message>
        <source>Dein Entwurf bleibt gespeichert.</source>
        <translation>Your draft stays saved.</translation>
    </message>
    <message>
        <source>Jemand</source>
        <translation>Somebody</translation>
    </message>
    <message>
        <source>War nur ein Dank</source>
        <translation>Was only a thank-you</translation>
    </message>
    <message>
        <source>Anderswo beantwortet</source>
        <translation>Answered elsewhere</translation>
    </message>
    <message>
        <source>Hier wartet noch jemand auf Antwort</source>
        <translation>Somebody still waits for an answer here</translation>
    </message>
    <message>
        <source>Antworte zuerst, oder sage, warum keine Antwort nötig ist.</source>
        <translation>Answer first, or say why no answer is needed.</translation>
    </message>
    <message>
        <source>Erledigt</source>
        <translation>Done</translation>
    </message>
    <message>
        <source>Zurückgenommen</source>
        <translation>Undone</translation>
    </message>
    <message>
        <source>Ein Anhang ist noch unterwegs</source>
        <translation>A file is still on its way</translation>
    </message>
    <message>
        <source>Sende, sobald er unter der Antwort steht.</source>
        <translation>Send once it is listed below the reply.</translation>
    </message>
    <message>
        <source>Noch nicht festgehalten</source>
        <translation>Not recorded yet</translation>
    </message>
    <message>
        <source>Buche zuerst die laufende Entscheidung oder nimm sie zurück.</source>
        <translation>Book the decision that is running first, or take it back.</translation>
    </message>
    <message>
        <source>Noch kein Text</source>
        <translation>No text yet</translation>
    </message>
    <message>
        <source>Schreibe zuerst eine Antwort.</source>
        <translation>Write an answer first.</translation>
    </message>
    <message>
        <source>Hier steht schon ein Entwurf</source>
        <translation>There is a draft here already</translation>
    </message>
    <message>
        <source>Dein Entwurf ist älter als die Entscheidung</source>
        <translation>Your draft is older than the decision</translation>
    </message>
    <message>
        <source>Prüfe, ob er noch stimmt, oder nimm die Antwort zur Entscheidung.</source>
        <translation>Check that it is still right, or take the answer for the decision.</translation>
    </message>
    <message>
        <source>Antwort zur Entscheidung</source>
        <translation>Answer for the decision</translation>
    </message>
    <message>
        <source>Meinen Entwurf behalten</source>
        <translation>Keep my draft</translation>
    </message>
    <message>
        <source>Die Antwort zur Entscheidung steht da</source>
        <translation>The answer for the decision is in place</translation>
    </message>
    <message>
        <source>Meinen Entwurf zurück</source>
        <translation>My draft back</translation>
    </message>
    <message>
        <source>Dein Entwurf ist beiseitegelegt.</source>
        <translation>Your draft is put aside.</translation>
    </message>
    <message>
        <source>Antwort gesendet</source>
        <translation>Answer sent</translation>
    </message>
    <message>
        <source>Antwort geht raus, sobald gebucht ist</source>
        <translation>The answer goes out once it is booked</translation>
    </message>
    <message>
        <source>Antwort liegt im Ausgang</source>
        <translation>The answer is in the outbox</translation>
    </message>
    <message>
        <source>Notiz gespeichert</source>
        <translation>Note saved</translation>
    </message>
    <message>
        <source>Das ging nicht</source>
        <translation>That did not work</translation>
    </message>
    <message>
        <source>Konnte nicht gespeichert werden</source>
        <translation>Could not be saved</translation>
    </message>
    <message>
        <source>Dafür braucht es eine Verbindung</source>
        <translation>This needs a connection</translation>
    </message>
    <message>
        <source>Versuche es noch einmal, sobald du online bist.</source>
        <translation>Try again once you are online.</translation>
    </message>
    <message>
        <source>Die Bilder ließen sich nicht laden</source>
        <translation>The pictures could not be loaded</translation>
    </message>
    <message>
        <source>Zurückgenommen: {title}</source>
        <translation>Undone: {title}</translation>
    </message>
</context>
<context>
    <name>CaseHeader</name>
    <message>
        <source>Zusage machen … (P)</source>
        <translation>Make a promise … (P)</translation>
    </message>
    <message>
        <source>Anruf festhalten …</source>
        <translation>Log a call …</translation>
    </message>
    <message>
        <source>Bestellung zuordnen …</source>
        <translation>Link an order …</translation>
    </message>
    <message>
        <source>Fallnummer kopieren</source>
        <translation>Copy the case number</translation>
    </message>
    <message>
        <source>Kein Fall: Spam (U)</source>
        <translation>Not a case: spam (U)</translation>
    </message>
    <message>
        <source>Kein Fall: Newsletter</source>
        <translation>Not a case: newsletter</translation>
    </message>
    <message>
        <source>Verlauf (F4)</source>
        <translation>History (F4)</translation>
    </message>
    <message>
        <source>Zuweisen (A)</source>
        <translation>Assign (A)</translation>
    </message>
    <message>
        <source>Wiedervorlage (W)</source>
        <translation>Snooze (W)</translation>
    </message>
    <message>
        <source>Mehr</source>
        <translation>More</translation>
    </message>
    <message>
        <source>Wieder öffnen</source>
        <translation>Reopen</translation>
    </message>
    <message>
        <source>Doch ein Fall</source>
        <translation>It is a case</translation>
    </message>
    <message>
        <source>Erledigt</source>
        <translation>Done</translation>
    </message>
    <message>
        <source>Zusage</source>
        <translation>Promise</translation>
    </message>
    <message>
        <source>Antwort</source>
        <translation>Answer</translation>
    </message>
    <message>
        <source>Nicht zugestellt</source>
        <translation>Not delivered</translation>
    </message>
    <message>
        <source>Freigabe</source>
        <translation>Approval</translation>
    </message>
    <message>
        <source>Nachfrage</source>
        <translation>Check-back</translation>
    </message>
    <message>
        <source>Wiedervorlage</source>
        <translation>Snoozed</translation>
    </message>
    <message>
        <source>{what} überfällig {when}</source>
        <translation>{what} overdue {when}</translation>
    </message>
    <message>
        <source>{what} in {when}</source>
        <translation>{what} in {when}</translation>
    </message>
    <message>
        <source>{what} bis {when}</source>
        <translation>{what} by {when}</translation>
    </message>
    <message>
        <source>Neu · {code}</source>
        <translation>New · {code}</translation>
    </message>
    <message>
        <source>{name} schreibt</source>
        <translation>{name} is writing</translation>
    </message>
    <message>
        <source>{name} liest mit</source>
        <translation>{name} is reading</translation>
    </message>
    <message>
        <source>(ohne Betreff)</source>
        <translation>(no subject)</translation>
    </message>
    <message>
        <source>Fall {number}</source>
        <translation>Case {number}</translation>
    </message>
    <message>
        <source>bei {name}</source>
        <translation>with {name}</translation>
    </message>
    <message>
        <source>Keine Nachfrage</source>
        <translation>No check-back</translation>
    </message>
    <message>
        <source>Nachfrage {when}</source>
        <translation>Check-back {when}</translation>
    </message>
    <message>
        <source>Erledigt, und wann nachgefragt wird</source>
        <translation>Done, and when to check back</translation>
    </message>
    <message>
        <source>{planned}, ändern</source>
        <translation>{planned}, change</translation>
    </message>
</context>
<context>
    <name>Composer</name>
    <message>
        <source>An</source>
        <translation>To</translation>
    </message>
    <message>
        <source>Deutsch</source>
        <translation>German</translation>
    </message>
    <message>
        <source>Englisch</source>
        <translation>English</translation>
    </message>
    <message>
        <source>Sprache der Antwort</source>
        <translation>Language of the answer</translation>
    </message>
    <message>
        <source>Datei anhängen</source>
        <translation>Attach a file</translation>
    </message>
    <message>
        <source>Textbaustein einfügen</source>
        <translation>Insert a snippet</translation>
    </message>
    <message>
        <source>Wiedervorlage</source>
        <translation>Snooze</translation>
    </message>
    <message>
        <source>Empfänger wählen</source>
        <translation>Choose recipients</translation>
    </message>
    <message>
        <source>Empfänger: {name}</source>
        <translation>Recipient: {name}</translation>
    </message>
    <message>
        <source>Notiz speichern</source>
        <translation>Save note</translation>
    </message>
    <message>
        <source>Nur intern sichtbar. Der Kunde sieht diese Notiz nie.</source>
        <translation>Internal only. The customer never sees this note.</translation>
    </message>
    <message>
        <source>Senden</source>
        <translation>Send</translation>
    </message>
    <message>
        <source>Senden nach Buchung</source>
        <translation>Send after booking</translation>
    </message>
    <message>
        <source>In Ausgang legen</source>
        <translation>Put in outbox</translation>
    </message>
    <message>
        <source>Antwort schreiben. Nach einer Entscheidung stehen die Fakten schon hier.</source>
        <translation>Write an answer. After a decision the facts are already here.</translation>
    </message>
    <message>
        <source>Antwort an den Kunden</source>
        <translation>Answer to the customer</translation>
    </message>
    <message>
        <source>Senden und erledigen</source>
        <translation>Send and done</translation>
    </message>
    <message>
        <source>{name} entfernen</source>
        <translation>Remove {name}</translation>
    </message>
    <message>
        <source>Antwort</source>
        <translation>Answer</translation>
    </message>
    <message>
        <source>Interne Notiz</source>
        <translation>Internal note</translation>
    </message>
</context>
<context>
    <name>Conversation</name>
    <message>
        <source>Unbekannt</source>
        <translation>Unknown</translation>
    </message>
    <message>
        <source>Automatik</source>
        <translation>Automatic</translation>
    </message>
    <message>
        <source>Nur intern sichtbar</source>
        <translation>Internal only</translation>
    </message>
    <message>
        <source>Anruf</source>
        <translation>Call</translation>
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
        <source>automatische Antwort</source>
        <translation>automatic reply</translation>
    </message>
    <message>
        <source>{amount} erstattet, Gutschrift {number}</source>
        <translation>{amount} refunded, credit note {number}</translation>
    </message>
    <message>
        <source>{amount} gutgeschrieben, Gutschrift {number}</source>
        <translation>{amount} credited, credit note {number}</translation>
    </message>
    <message>
        <source>{amount} gutgeschrieben und zurückgeholt, Gutschrift {number}</source>
        <translation>{amount} credited and taken back, credit note {number}</translation>
    </message>
    <message>
        <source>{credited} gutgeschrieben, {paid_out} erstattet, Gutschrift {number}</source>
        <translation>{credited} credited, {paid_out} refunded, credit note {number}</translation>
    </message>
    <message>
        <source>Rücksendung {number} angelegt, Frist {day}</source>
        <translation>Return {number} set up, due {day}</translation>
    </message>
    <message>
        <source>Wartet auf die Buchung</source>
        <translation>Waiting for the booking</translation>
    </message>
    <message>
        <source>Nicht gesendet: die Buchung ist gescheitert</source>
        <translation>Not sent: the booking failed</translation>
    </message>
    <message>
        <source>Wird zugestellt</source>
        <translation>Being delivered</translation>
    </message>
    <message>
        <source>Zugestellt</source>
        <translation>Delivered</translation>
    </message>
    <message>
        <source>Zustellung unklar, wird geprüft</source>
        <translation>Delivery unclear, being checked</translation>
    </message>
    <message>
        <source>Nicht zugestellt</source>
        <translation>Not delivered</translation>
    </message>
    <message>
        <source>Kam als unzustellbar zurück</source>
        <translation>Came back as undeliverable</translation>
    </message>
    <message>
        <source>Sendung angekündigt</source>
        <translation>Parcel announced</translation>
    </message>
    <message>
        <source>Vom Versand abgeholt</source>
        <translation>Picked up by the carrier</translation>
    </message>
    <message>
        <source>Unterwegs</source>
        <translation>On its way</translation>
    </message>
    <message>
        <source>In Zustellung</source>
        <translation>Out for delivery</translation>
    </message>
    <message>
        <source>Geliefert</source>
        <translation>Delivered</translation>
    </message>
    <message>
        <source>Zustellung gescheitert</source>
        <translation>Delivery failed</translation>
    </message>
    <message>
        <source>Geht zurück an uns</source>
        <translation>Coming back to us</translation>
    </message>
    <message>
        <source>Als beschädigt gemeldet</source>
        <translation>Reported as damaged</translation>
    </message>
    <message>
        <source>Verspätet</source>
        <translation>Delayed</translation>
    </message>
    <message>
        <source>(kein Text)</source>
        <translation>(no text)</translation>
    </message>
    <message>
        <source>Original auf Weiß zeigen</source>
        <translation>Show the original on white</translation>
    </message>
    <message>
        <source>Zitierten Text verbergen</source>
        <translation>Hide quoted text</translation>
    </message>
    <message>
        <source>Zitierten Text zeigen</source>
        <translation>Show quoted text</translation>
    </message>
    <message>
        <source>Nachricht im Original</source>
        <translation>Original message</translation>
    </message>
    <message>
        <source>Anhang {name}, {size}</source>
        <translation>Attachment {name}, {size}</translation>
    </message>
    <message>
        <source>Öffnen</source>
        <translation>Open</translation>
    </message>
    <message>
        <source>Speichern unter …</source>
        <translation>Save as …</translation>
    </message>
    <message>
        <source>Unterhaltung</source>
        <translation>Conversation</translation>
    </message>
    <message>
        <source>Ältere zeigen</source>
        <translation>Show older</translation>
    </message>
    <message>
        <source>Bilder aus dem Netz laden</source>
        <translation>Load pictures from the net</translation>
    </message>
    <message>
        <source>Wer die Nachricht schickte, kann dann sehen, dass du sie liest.</source>
        <translation>Whoever sent the message can then see that you read it.</translation>
    </message>
    <message>
        <source>Grund: {reason}</source>
        <translation>reason: {reason}</translation>
    </message>
    <message>
        <source>Liegt im Ausgang</source>
        <translation>In the outbox</translation>
    </message>
    <message>
        <source>nicht erreicht</source>
        <translation>not reached</translation>
    </message>
    <message>
        <source>Niemand hat abgenommen.</source>
        <translation>Nobody picked up.</translation>
    </message>
</context>
<context>
    <name>Decision</name>
    <message>
        <source>Zugesagt {time}</source>
        <translation>Promised {time}</translation>
    </message>
    <message>
        <source>Gebucht {time}</source>
        <translation>Booked {time}</translation>
    </message>
    <message>
        <source>Freigabe angefragt</source>
        <translation>Approval asked</translation>
    </message>
    <message>
        <source>seit {time}, du kannst weiterarbeiten</source>
        <translation>since {time}, you can go on working</translation>
    </message>
    <message>
        <source>Nicht gebucht</source>
        <translation>Not booked</translation>
    </message>
    <message>
        <source>gleich</source>
        <translation>in a moment</translation>
    </message>
    <message>
        <source>{amount} erstattet + Rücksendung</source>
        <translation>{amount} refunded + return</translation>
    </message>
    <message>
        <source>{amount} erstattet</source>
        <translation>{amount} refunded</translation>
    </message>
    <message>
        <source>{amount} erstatten + Rücksendung</source>
        <translation>Refund {amount} + return</translation>
    </message>
    <message>
        <source>{amount} erstatten</source>
        <translation>Refund {amount}</translation>
    </message>
    <message>
        <source>Rücksendung</source>
        <translation>Return</translation>
    </message>
    <message>
        <source>Zusage gemacht</source>
        <translation>Promise made</translation>
    </message>
    <message>
        <source>Entscheidung</source>
        <translation>Decision</translation>
    </message>
    <message>
        <source>Gutschrift {number}</source>
        <translation>Credit note {number}</translation>
    </message>
    <message>
        <source>Rücksendung {number}</source>
        <translation>Return {number}</translation>
    </message>
    <message>
        <source>{amount} je Fall</source>
        <translation>{amount} per case</translation>
    </message>
    <message>
        <source>heute noch {amount}</source>
        <translation>{amount} left today</translation>
    </message>
    <message>
        <source>Dein Rahmen: {what}</source>
        <translation>Your limit: {what}</translation>
    </message>
    <message>
        <source>vorher ist nichts gebucht</source>
        <translation>nothing is booked before that</translation>
    </message>
    <message>
        <source>{what}: geht hier nicht</source>
        <translation>{what}: not possible here</translation>
    </message>
    <message>
        <source>Ein Teil ist gebucht, sieh unter den Entscheidungen nach.</source>
        <translation>A part is booked, look below the decisions.</translation>
    </message>
    <message>
        <source>Es ist kein Geld geflossen, die Antwort wurde nicht gesendet.</source>
        <translation>No money has moved, the answer was not sent.</translation>
    </message>
    <message>
        <source>{what}: nicht gebucht</source>
        <translation>{what}: not booked</translation>
    </message>
    <message>
        <source>Verstanden</source>
        <translation>Understood</translation>
    </message>
    <message>
        <source>Um welche Position geht es?</source>
        <translation>Which item is it about?</translation>
    </message>
    <message>
        <source>Neuer Betrag</source>
        <translation>New amount</translation>
    </message>
    <message>
        <source>Für diesen Fall gibt es keine Buchung. Antworte oder gib ihn weiter.</source>
        <translation>There is nothing to book for this case. Answer it or pass it on.</translation>
    </message>
    <message>
        <source>Zurück</source>
        <translation>Back</translation>
    </message>
    <message>
        <source>Weiter</source>
        <translation>Next</translation>
    </message>
    <message>
        <source>{count} von {most}</source>
        <translation>{count} of {most}</translation>
    </message>
    <message>
        <source>Antwort dazu schreiben</source>
        <translation>Write the answer to it</translation>
    </message>
    <message>
        <source>Beim Hub</source>
        <translation>With the hub</translation>
    </message>
    <message>
        <source>Ergebnis, sobald du online bist</source>
        <translation>result once you are back online</translation>
    </message>
    <message>
        <source>Vorgemerkt</source>
        <translation>Queued</translation>
    </message>
</context>
<context>
    <name>Facts</name>
    <message>
        <source>{what}, auf Deutsch: {value}</source>
        <translation>{what}, in German: {value}</translation>
    </message>
    <message>
        <source>{what}, auf Englisch: {value}</source>
        <translation>{what}, in English: {value}</translation>
    </message>
    <message>
        <source>{what} folgt</source>
        <translation>{what} to follow</translation>
    </message>
    <message>
        <source>Erstattung</source>
        <translation>Refund</translation>
    </message>
    <message>
        <source>Weicht von der Buchung ab: {value}</source>
        <translation>Differs from the booking: {value}</translation>
    </message>
    <message>
        <source>Konto</source>
        <translation>Account</translation>
    </message>
    <message>
        <source>Gutschrift-Nr.</source>
        <translation>Credit note no.</translation>
    </message>
    <message>
        <source>Buchungstag</source>
        <translation>Booking day</translation>
    </message>
    <message>
        <source>Laufzeit</source>
        <translation>Days it takes</translation>
    </message>
    <message>
        <source>Rücksende-Nr.</source>
        <translation>Return no.</translation>
    </message>
    <message>
        <source>Frist</source>
        <translation>Deadline</translation>
    </message>
    <message>
        <source>Zusage bis</source>
        <translation>Promised by</translation>
    </message>
    <message>
        <source>Gutscheincode</source>
        <translation>Voucher code</translation>
    </message>
    <message>
        <source>Nichts ist entschieden, was das füllt: streiche es oder entscheide neu</source>
        <translation>Nothing has been decided that fills this: strike it out or decide again</translation>
    </message>
</context>
<context>
    <name>NewMail</name>
    <message>
        <source>name@beispiel.de</source>
        <translation>name@example.com</translation>
    </message>
    <message>
        <source>Neue E-Mail</source>
        <translation>New email</translation>
    </message>
    <message>
        <source>Weiter zum Text</source>
        <translation>Go on to the text</translation>
    </message>
    <message>
        <source>An</source>
        <translation>To</translation>
    </message>
    <message>
        <source>Name (wenn bekannt)</source>
        <translation>Name (if known)</translation>
    </message>
    <message>
        <source>Betreff</source>
        <translation>Subject</translation>
    </message>
    <message>
        <source>Deutsch</source>
        <translation>German</translation>
    </message>
    <message>
        <source>Englisch</source>
        <translation>English</translation>
    </message>
    <message>
        <source>Sprache</source>
        <translation>Language</translation>
    </message>
    <message>
        <source>Das ist keine E-Mail-Adresse.</source>
        <translation>This is not an email address.</translation>
    </message>
    <message>
        <source>Bitte gib einen Betreff an.</source>
        <translation>Please give a subject.</translation>
    </message>
</context>
<context>
    <name>Promise</name>
    <message>
        <source>Zusage festhalten</source>
        <translation>Record a promise</translation>
    </message>
    <message>
        <source>Zusage machen</source>
        <translation>Make a promise</translation>
    </message>
    <message>
        <source>Rückruf</source>
        <translation>Call back</translation>
    </message>
    <message>
        <source>Antwort</source>
        <translation>Answer</translation>
    </message>
    <message>
        <source>Lieferung</source>
        <translation>Delivery</translation>
    </message>
    <message>
        <source>Etwas anderes</source>
        <translation>Something else</translation>
    </message>
    <message>
        <source>Was</source>
        <translation>What</translation>
    </message>
    <message>
        <source>Bis</source>
        <translation>By</translation>
    </message>
    <message>
        <source>Anmerkung, nur intern</source>
        <translation>Remark, internal only</translation>
    </message>
    <message>
        <source>Dieser Zeitpunkt ist schon vorbei.</source>
        <translation>This time has already passed.</translation>
    </message>
</context>
<context>
    <name>Recipient</name>
    <message>
        <source>Empfänger</source>
        <translation>Recipients</translation>
    </message>
    <message>
        <source>Übernehmen</source>
        <translation>Apply</translation>
    </message>
    <message>
        <source>An (eine Adresse je Zeile)</source>
        <translation>To (one address per line)</translation>
    </message>
    <message>
        <source>Kopie</source>
        <translation>Copy</translation>
    </message>
    <message>
        <source>Mindestens ein Empfänger wird gebraucht.</source>
        <translation>At least one recipient is needed.</translation>
    </message>
    <message>
        <source>«{address}» ist keine E-Mail-Adresse.</source>
        <translation>“{address}” is not an email address.</translation>
    </message>
</context>
<context>
    <name>Snooze</name>
    <message>
        <source>In einer Stunde</source>
        <translation>In an hour</translation>
    </message>
    <message>
        <source>Morgen 9 Uhr</source>
        <translation>Tomorrow 9:00</translation>
    </message>
    <message>
        <source>Montag 9 Uhr</source>
        <translation>Monday 9:00</translation>
    </message>
    <message>
        <source>Heute 16 Uhr</source>
        <translation>Today 16:00</translation>
    </message>
    <message>
        <source>Wiedervorlage</source>
        <translation>Snooze</translation>
    </message>
    <message>
        <source>Zurückstellen</source>
        <translation>Snooze</translation>
    </message>
    <message>
        <source>Oder genau</source>
        <translation>Or exactly</translation>
    </message>
    <message>
        <source>Dieser Zeitpunkt ist schon vorbei.</source>
        <translation>This time has already passed.</translation>
    </message>
</context>
<context>
    <name>Tie</name>
    <message>
        <source>Bestellung zuordnen</source>
        <translation>Link an order</translation>
    </message>
    <message>
        <source>Zuordnen</source>
        <translation>Link</translation>
    </message>
    <message>
        <source>Bestellungen</source>
        <translation>Orders</translation>
    </message>
    <message>
        <source>Zu diesem Kunden ist keine Bestellung bekannt.</source>
        <translation>No order of this customer is known.</translation>
    </message>
</context>
</TS>
