<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="en" sourcelanguage="de">
<context>
    <name>Decision</name>
    <message>
        <source>Ungeklärt</source>
        <translation>Not known</translation>
    </message>
    <message>
        <source>jemand muss nachsehen, siehe oben</source>
        <translation>somebody has to look, see above</translation>
    </message>
</context>
<context>
    <name>OpenWork</name>
    <message>
        <source>Rücksendung</source>
        <translation>Return</translation>
    </message>
    <message>
        <source>Ersatzlieferung</source>
        <translation>Replacement</translation>
    </message>
    <message>
        <source>Zweitschrift</source>
        <translation>Second copy of an invoice</translation>
    </message>
    <message>
        <source>Mahnsperre</source>
        <translation>Dunning block</translation>
    </message>
    <message>
        <source>Ende der Mahnsperre</source>
        <translation>End of the dunning block</translation>
    </message>
    <message>
        <source>Nachforschung</source>
        <translation>Parcel trace</translation>
    </message>
    <message>
        <source>Neue Zustellung</source>
        <translation>New delivery</translation>
    </message>
    <message>
        <source>Rücknahme</source>
        <translation>Taking back</translation>
    </message>
    <message>
        <source>die eigenen Bücher</source>
        <translation>your own books</translation>
    </message>
    <message>
        <source>den eigenen Server</source>
        <translation>your own server</translation>
    </message>
    <message>
        <source>Karte</source>
        <translation>card</translation>
    </message>
    <message>
        <source>Bankkonto</source>
        <translation>bank account</translation>
    </message>
    <message>
        <source>Rechnung</source>
        <translation>invoice</translation>
    </message>
    <message>
        <source>bar</source>
        <translation>cash</translation>
    </message>
    <message>
        <source>Vorkasse</source>
        <translation>prepayment</translation>
    </message>
    <message>
        <source>Überweisung {amount} an {account}</source>
        <translation>Transfer of {amount} to {account}</translation>
    </message>
    <message>
        <source>Überweisung ausgeführt</source>
        <translation>Transfer made</translation>
    </message>
    <message>
        <source>Auszahlung an der Kasse: {amount}</source>
        <translation>Payout at the till: {amount}</translation>
    </message>
    <message>
        <source>Bar ausgezahlt</source>
        <translation>Paid out in cash</translation>
    </message>
    <message>
        <source>Paket vom Kunden erwartet</source>
        <translation>Parcel expected from the customer</translation>
    </message>
    <message>
        <source>Paket eingegangen</source>
        <translation>Parcel received</translation>
    </message>
    <message>
        <source>Ware verschicken</source>
        <translation>Ship the goods</translation>
    </message>
    <message>
        <source>Ware verschickt</source>
        <translation>Goods shipped</translation>
    </message>
    <message>
        <source>Versand anhalten</source>
        <translation>Stop the shipment</translation>
    </message>
    <message>
        <source>Versand angehalten</source>
        <translation>Shipment stopped</translation>
    </message>
    <message>
        <source>Vielleicht ist es ausgeführt.</source>
        <translation>It may have been done.</translation>
    </message>
    <message>
        <source>Gesendet {when} an {to}, {looks}-mal gesucht und nicht gefunden.</source>
        <translation>Sent {when} to {to}, searched {looks} times and not found.</translation>
    </message>
    <message>
        <source>Sieh dort nach Betrag und Kunde oder nach der Kennung und sage, was du findest. Bis dahin wird nichts wiederholt.</source>
        <translation>Look there for amount and customer or for the reference, and say what you find. Nothing is repeated until then.</translation>
    </message>
    <message>
        <source>Sage das nur, wenn du dort nachgesehen hast. Danach kann neu entschieden werden; was darauf wartete, bleibt liegen.</source>
        <translation>Say so only if you have looked there. It can be decided anew then; what waited for it stays put.</translation>
    </message>
    <message>
        <source>Vielleicht ist Geld geflossen.</source>
        <translation>Money may have moved.</translation>
    </message>
    <message>
        <source>Bis es geklärt ist, wird nichts wiederholt.</source>
        <translation>Nothing is repeated until it is settled.</translation>
    </message>
    <message>
        <source>Sage das nur, wenn du dort nachgesehen hast. Der Betrag wird frei und kann neu entschieden werden; was darauf wartete, bleibt liegen.</source>
        <translation>Say so only if you have looked there. The amount is free again and can be decided anew; what waited for it stays put.</translation>
    </message>
    <message>
        <source>zurückgenommen</source>
        <translation>taken back</translation>
    </message>
    <message>
        <source>bestätigt</source>
        <translation>confirmed</translation>
    </message>
    <message>
        <source>Unter welcher Nummer steht es dort?</source>
        <translation>Under which number is it there?</translation>
    </message>
    <message>
        <source>Ungeklärt, ob gebucht: {what}</source>
        <translation>Not known whether booked: {what}</translation>
    </message>
    <message>
        <source>Klären kann es: {names}.</source>
        <translation>Who can settle it: {names}.</translation>
    </message>
    <message>
        <source>Kennung {effect_id}</source>
        <translation>Reference {effect_id}</translation>
    </message>
    <message>
        <source>Die Verbindung brach beim Senden ab ({when}).</source>
        <translation>The connection broke while sending ({when}).</translation>
    </message>
    <message>
        <source>Sieh im Postausgang des Mailkontos nach «{subject}» oder frage bei {to} nach. Bis dahin wird nichts noch einmal gesendet.</source>
        <translation>Look for “{subject}” in the sent emails of the account, or ask {to}. Nothing is sent again until then.</translation>
    </message>
    <message>
        <source>Ungeklärt, ob die Antwort ankam</source>
        <translation>Not known whether the answer arrived</translation>
    </message>
    <message>
        <source>Ist angekommen</source>
        <translation>Has arrived</translation>
    </message>
    <message>
        <source>Ist nicht angekommen: Entwurf zurück</source>
        <translation>Has not arrived: back to draft</translation>
    </message>
    <message>
        <source>bestätigt {when}, {name}</source>
        <translation>confirmed {when}, {name}</translation>
    </message>
    <message>
        <source>Ist gebucht …</source>
        <translation>Is booked …</translation>
    </message>
    <message>
        <source>Ist nicht gebucht …</source>
        <translation>Is not booked …</translation>
    </message>
    <message>
        <source>Ungeklärt, ob {amount} gebucht sind</source>
        <translation>Not known whether {amount} was booked</translation>
    </message>
    <message>
        <source>Gesendet {when} an {to}, eine Antwort kam nicht.</source>
        <translation>Sent {when} to {to}, no answer came.</translation>
    </message>
    <message>
        <source>bestätigt {when}</source>
        <translation>confirmed {when}</translation>
    </message>
    <message>
        <source>seit {when}</source>
        <translation>since {when}</translation>
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
        <source>Bestellung {number}</source>
        <translation>Order {number}</translation>
    </message>
    <message>
        <source>Festgehalten</source>
        <translation>Noted</translation>
    </message>
    <message>
        <source>Bestätigt</source>
        <translation>Confirmed</translation>
    </message>
    <message>
        <source>Ist gebucht</source>
        <translation>Is booked</translation>
    </message>
    <message>
        <source>Ist nicht gebucht</source>
        <translation>Is not booked</translation>
    </message>
    <message>
        <source>Notiz für das Team (wenn nötig)</source>
        <translation>Note for the team (if needed)</translation>
    </message>
    <message>
        <source>Bitte gib die Nummer ein, unter der du es gefunden hast.</source>
        <translation>Please enter the number you found it under.</translation>
    </message>
    <message>
        <source>Die Notiz ist zu lang.</source>
        <translation>The note is too long.</translation>
    </message>
    <message>
        <source>Zu klären und zu bestätigen</source>
        <translation>To settle and to confirm</translation>
    </message>
    <message>
        <source>und {count} weitere</source>
        <translation>and {count} more</translation>
    </message>
    <message>
        <source>Beleg öffnen</source>
        <translation>Open slip</translation>
    </message>
</context>
</TS>
