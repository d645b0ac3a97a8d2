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
        <source>{amount} entscheiden</source>
        <translation>Decide {amount}</translation>
    </message>
    <message>
        <source>Wartet</source>
        <translation>Waiting</translation>
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
        <source>Vorgemerkt, Rahmen wird neu geprüft</source>
        <translation>Queued, limits will be checked again</translation>
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
</context>
</TS>
