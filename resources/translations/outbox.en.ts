<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="en" sourcelanguage="de">
<context>
    <name>Outbox</name>
    <message>
        <source>1 Vorgang</source>
        <translation>1 item</translation>
    </message>
    <message>
        <source>{count} Vorgänge</source>
        <translation>{count} items</translation>
    </message>
    <message>
        <source>Ausgang</source>
        <translation>Outbox</translation>
    </message>
    <message>
        <source>Die Reihenfolge bleibt erhalten. Erst buchen, dann antworten.</source>
        <translation>The order is kept. Booking first, then the answer.</translation>
    </message>
    <message>
        <source>Nichts wartet. Alles ist beim Hub angekommen.</source>
        <translation>Nothing is waiting. Everything has reached the hub.</translation>
    </message>
    <message>
        <source>Buchen</source>
        <translation>Book</translation>
    </message>
    <message>
        <source>Verwerfen</source>
        <translation>Discard</translation>
    </message>
    <message>
        <source>Zurückziehen</source>
        <translation>Withdraw</translation>
    </message>
    <message>
        <source>Bei der Leitung</source>
        <translation>With the lead</translation>
    </message>
    <message>
        <source>Neuer Fall</source>
        <translation>New case</translation>
    </message>
    <message>
        <source>Antwort</source>
        <translation>Answer</translation>
    </message>
    <message>
        <source>Interne Notiz</source>
        <translation>Internal note</translation>
    </message>
    <message>
        <source>Anruf festgehalten</source>
        <translation>Call logged</translation>
    </message>
    <message>
        <source>Zuweisung</source>
        <translation>Assignment</translation>
    </message>
    <message>
        <source>Wiedervorlage</source>
        <translation>Snooze</translation>
    </message>
    <message>
        <source>Erledigt</source>
        <translation>Done</translation>
    </message>
    <message>
        <source>Wieder geöffnet</source>
        <translation>Reopened</translation>
    </message>
    <message>
        <source>Kein Fall</source>
        <translation>Not a case</translation>
    </message>
    <message>
        <source>Doch ein Fall</source>
        <translation>It is a case</translation>
    </message>
    <message>
        <source>Gelesen</source>
        <translation>Read</translation>
    </message>
    <message>
        <source>Bestellung zugeordnet</source>
        <translation>Order linked</translation>
    </message>
    <message>
        <source>Adresse zugeordnet</source>
        <translation>Address linked</translation>
    </message>
    <message>
        <source>Entscheidung</source>
        <translation>Decision</translation>
    </message>
    <message>
        <source>Entscheidung zurücknehmen</source>
        <translation>Undo a decision</translation>
    </message>
    <message>
        <source>Zusage gehalten</source>
        <translation>Promise kept</translation>
    </message>
    <message>
        <source>Zusage zurückgenommen</source>
        <translation>Promise withdrawn</translation>
    </message>
    <message>
        <source>Auftrag bestätigt</source>
        <translation>Work order confirmed</translation>
    </message>
    <message>
        <source>Zurückgenommen</source>
        <translation>Undone</translation>
    </message>
    <message>
        <source>Vorgang</source>
        <translation>Item</translation>
    </message>
    <message>
        <source>Zurückholen</source>
        <translation>Take back</translation>
    </message>
    <message>
        <source>Wartet</source>
        <translation>Waiting</translation>
    </message>
    <message>
        <source>jemand anderes</source>
        <translation>somebody else</translation>
    </message>
    <message>
        <source>Noch nicht gebucht. Das entscheidet {name} nach dem Anmelden.</source>
        <translation>Not booked yet. {name} decides about it after signing in.</translation>
    </message>
    <message>
        <source>Wartet auf dich</source>
        <translation>Waiting for you</translation>
    </message>
    <message>
        <source>Noch nicht gebucht. Buchen oder verwerfen?</source>
        <translation>Not booked yet. Book or discard?</translation>
    </message>
    <message>
        <source>Vorgemerkt</source>
        <translation>Queued</translation>
    </message>
    <message>
        <source>Rahmen wird neu geprüft, sobald du online bist</source>
        <translation>Limit is checked again once you are back online</translation>
    </message>
    <message>
        <source>Unterwegs</source>
        <translation>On its way</translation>
    </message>
    <message>
        <source>Abgelehnt</source>
        <translation>Declined</translation>
    </message>
    <message>
        <source>Ungeklärtes geklärt</source>
        <translation>Doubt settled</translation>
    </message>
    <message>
        <source>Gesichertes zurückholen …</source>
        <translation>Bring back a copy …</translation>
    </message>
</context>
<context>
    <name>Leaving</name>
    <message>
        <source>1 Vorgang ist noch nicht gesendet</source>
        <translation>1 act has not been sent yet</translation>
    </message>
    <message>
        <source>{count} Vorgänge sind noch nicht gesendet</source>
        <translation>{count} acts have not been sent yet</translation>
    </message>
    <message>
        <source>Trotzdem abmelden</source>
        <translation>Sign out anyway</translation>
    </message>
    <message>
        <source>und {count} weitere</source>
        <translation>and {count} more</translation>
    </message>
    <message>
        <source>Sie bleiben auf diesem Computer und gehen raus, sobald sich hier wieder jemand anmeldet und der Hub da ist. Sichere vorher eine Kopie: Mit ihr kannst du sie auch an einem anderen Computer zurückholen. Doppelt ausgeführt wird dabei nichts.</source>
        <translation>They stay on this computer and leave as soon as somebody signs in here again and the hub is there. Save a copy first: with it you can bring them back on another computer too. Nothing is carried out twice.</translation>
    </message>
    <message>
        <source>Antworten mit Anhang lassen sich nicht zurückholen: Die Dateien stehen nicht in der Kopie. Sie gehen nur von diesem Computer raus; an einem anderen schreibst du sie neu.</source>
        <translation>Replies with files cannot be brought back: the files are not in the copy. They leave from this computer only; on another one you write them anew.</translation>
    </message>
    <message>
        <source>Die Datei ist lesbar und enthält, was Kunden geschrieben haben. Bewahre sie sicher auf.</source>
        <translation>The file can be read and holds what customers wrote. Keep it in a safe place.</translation>
    </message>
    <message>
        <source>Kopie sichern …</source>
        <translation>Save a copy …</translation>
    </message>
    <message>
        <source>Jetzt senden</source>
        <translation>Send now</translation>
    </message>
    <message>
        <source>Gesichert: {place}</source>
        <translation>Saved: {place}</translation>
    </message>
    <message>
        <source>Nicht gesendet {day}.json</source>
        <translation>Not sent {day}.json</translation>
    </message>
    <message>
        <source>Kopie sichern</source>
        <translation>Save a copy</translation>
    </message>
    <message>
        <source>Diese Vorgänge waren noch nicht beim Hub, als sich jemand abgemeldet hat.</source>
        <translation>These acts had not reached the hub when somebody signed out.</translation>
    </message>
    <message>
        <source>Zurückholen: anmelden, Ausgang öffnen, «Gesichertes zurückholen».</source>
        <translation>To bring them back: sign in, open the outbox, "Bring back a copy".</translation>
    </message>
    <message>
        <source>Gesichertes zurückholen</source>
        <translation>Bring back a copy</translation>
    </message>
    <message>
        <source>Nichts Neues: Alles aus der Kopie ist schon hier.</source>
        <translation>Nothing new: all of the copy is here already.</translation>
    </message>
    <message>
        <source>1 Vorgang ist zurück und wartet auf dich.</source>
        <translation>1 act is back and waits for you.</translation>
    </message>
    <message>
        <source>{count} Vorgänge sind zurück und warten auf dich.</source>
        <translation>{count} acts are back and wait for you.</translation>
    </message>
    <message>
        <source>{count} waren schon unterwegs und gehen weiter.</source>
        <translation>{count} were on their way already and go on.</translation>
    </message>
    <message>
        <source>{count} mit Anhang schreibst du bitte neu.</source>
        <translation>Please write {count} with files anew.</translation>
    </message>
</context>
</TS>
