<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="en" sourcelanguage="de">
<context>
    <name>Joining</name>
    <message>
        <source>offen</source>
        <translation>open</translation>
    </message>
    <message>
        <source>wartet auf den Kunden</source>
        <translation>waiting for the customer</translation>
    </message>
    <message>
        <source>zurückgestellt</source>
        <translation>put off</translation>
    </message>
    <message>
        <source>erledigt</source>
        <translation>solved</translation>
    </message>
    <message>
        <source>kein Fall</source>
        <translation>no case</translation>
    </message>
    <message>
        <source>Beide bleiben eigene Fälle und zeigen aufeinander.</source>
        <translation>Both stay cases of their own and point to each other.</translation>
    </message>
    <message>
        <source>Mit einem Fall zusammenführen</source>
        <translation>Merge with a case</translation>
    </message>
    <message>
        <source>Zusammenführen</source>
        <translation>Merge</translation>
    </message>
    <message>
        <source>Dieser Fall geht in dem anderen auf: ein Eintrag im Eingang, ein Gespräch. Fristen und Zusagen gelten dort weiter, und es lässt sich zurücknehmen.</source>
        <translation>This case goes into the other one: one entry in the inbox, one conversation. Deadlines and promises go on there, and it can be taken back.</translation>
    </message>
    <message>
        <source>Nummer, Name oder Wörter</source>
        <translation>Number, name or words</translation>
    </message>
    <message>
        <source>Anderen Fall suchen</source>
        <translation>Find the other case</translation>
    </message>
    <message>
        <source>Gefundene Fälle</source>
        <translation>Cases found</translation>
    </message>
    <message>
        <source>Wähle den anderen Fall aus der Liste.</source>
        <translation>Choose the other case from the list.</translation>
    </message>
    <message>
        <source>Nachrichten abteilen</source>
        <translation>Split off messages</translation>
    </message>
    <message>
        <source>In eigenen Fall abteilen</source>
        <translation>Split into a case of its own</translation>
    </message>
    <message>
        <source>Die gewählten Nachrichten bekommen einen eigenen Fall mit eigener Nummer. Zurück geht es mit Zusammenführen.</source>
        <translation>The messages chosen get a case of their own with its own number. Merging brings them back.</translation>
    </message>
    <message>
        <source>Nachrichten dieses Falls</source>
        <translation>Messages of this case</translation>
    </message>
    <message>
        <source>Betreff des neuen Falls</source>
        <translation>Subject of the new case</translation>
    </message>
    <message>
        <source>Wähle mindestens eine Nachricht.</source>
        <translation>Choose at least one message.</translation>
    </message>
    <message>
        <source>Mindestens eine Nachricht bleibt hier.</source>
        <translation>At least one message stays here.</translation>
    </message>
    <message>
        <source>Mit einem Fall verknüpfen</source>
        <translation>Link with a case</translation>
    </message>
    <message>
        <source>Verknüpfen</source>
        <translation>Link</translation>
    </message>
    <message>
        <source>Nichts gefunden</source>
        <translation>Nothing found</translation>
    </message>
    <message>
        <source>(ohne Betreff)</source>
        <translation>(no subject)</translation>
    </message>
    <message>
        <source>Zusammengeführt</source>
        <translation>Merged</translation>
    </message>
    <message>
        <source>Verknüpft</source>
        <translation>Linked</translation>
    </message>
    <message>
        <source>In einen eigenen Fall abgeteilt</source>
        <translation>Split into a case of its own</translation>
    </message>
    <message>
        <source>Rückgängig</source>
        <translation>Undo</translation>
    </message>
    <message>
        <source>Verknüpfung gelöst</source>
        <translation>Link removed</translation>
    </message>
    <message>
        <source>Wieder ein eigener Fall</source>
        <translation>A case of its own again</translation>
    </message>
    <message>
        <source>Verknüpft mit {name}</source>
        <translation>Linked with {name}</translation>
    </message>
    <message>
        <source>{value} gelöst</source>
        <translation>{value} unlinked</translation>
    </message>
    <message>
        <source>{value} verknüpft</source>
        <translation>{value} linked</translation>
    </message>
    <message>
        <source>Der Fall gehört jetzt zu keinem Kundenkonto</source>
        <translation>The case belongs to no customer now</translation>
    </message>
</context>
<context>
    <name>Kin</name>
    <message>
        <source>Verknüpft mit {number}</source>
        <translation>Linked with {number}</translation>
    </message>
    <message>
        <source>{number} ist hier aufgegangen</source>
        <translation>{number} was merged into this</translation>
    </message>
    <message>
        <source>Aufgegangen in {number}</source>
        <translation>Merged into {number}</translation>
    </message>
    <message>
        <source>Verknüpfung mit {number} lösen</source>
        <translation>Remove the link with {number}</translation>
    </message>
    <message>
        <source>{number} wieder herauslösen</source>
        <translation>Take {number} out again</translation>
    </message>
    <message>
        <source>In einem anderen Fall aufgegangen</source>
        <translation>Merged into another case</translation>
    </message>
    <message>
        <source>Entschieden und geantwortet wird dort.</source>
        <translation>Decide and answer there.</translation>
    </message>
    <message>
        <source>Zu {number}</source>
        <translation>Go to {number}</translation>
    </message>
    <message>
        <source>Zum anderen Fall</source>
        <translation>Go to the other case</translation>
    </message>
    <message>
        <source>Zusammenführen zurücknehmen</source>
        <translation>Take the merge back</translation>
    </message>
    <message>
        <source>{address} nennt die Bestellung {detail} von {name}.</source>
        <translation>{address} names the order {detail} of {name}.</translation>
    </message>
    <message>
        <source>{address} hat auf unsere E-Mail an {name} geantwortet.</source>
        <translation>{address} answered our email to {name}.</translation>
    </message>
    <message>
        <source>{address} schreibt unter demselben Namen mit derselben Telefonnummer ({detail}).</source>
        <translation>{address} writes under the same name with the same telephone number ({detail}).</translation>
    </message>
    <message>
        <source>Weitergeleitet wurde eine E-Mail von {address}.</source>
        <translation>An email from {address} was forwarded.</translation>
    </message>
    <message>
        <source>Ja, verknüpfen</source>
        <translation>Yes, link</translation>
    </message>
    <message>
        <source>Nein</source>
        <translation>No</translation>
    </message>
    <message>
        <source>Ja, zuordnen</source>
        <translation>Yes, assign</translation>
    </message>
    <message>
        <source>Neu · {code}</source>
        <translation>New · {code}</translation>
    </message>
    <message>
        <source>Gehört auch zu {name}?</source>
        <translation>Is this {name} too?</translation>
    </message>
    <message>
        <source>Ist das ein Fall von {name}?</source>
        <translation>Is this a case of {name}?</translation>
    </message>
</context>
<context>
    <name>CaseHeader</name>
    <message>
        <source>Adressen des Kunden …</source>
        <translation>Addresses of the customer …</translation>
    </message>
    <message>
        <source>Mit Fall verknüpfen …</source>
        <translation>Link with a case …</translation>
    </message>
    <message>
        <source>Mit Fall zusammenführen …</source>
        <translation>Merge with a case …</translation>
    </message>
    <message>
        <source>Nachrichten abteilen …</source>
        <translation>Split off messages …</translation>
    </message>
</context>
<context>
    <name>Identities</name>
    <message>
        <source>E-Mail</source>
        <translation>Email</translation>
    </message>
    <message>
        <source>Telefon</source>
        <translation>Telephone</translation>
    </message>
    <message>
        <source>Kundenkonto im Shop</source>
        <translation>Shop account</translation>
    </message>
    <message>
        <source>Chat</source>
        <translation>Chat</translation>
    </message>
    <message>
        <source>Adresse verknüpfen</source>
        <translation>Link address</translation>
    </message>
    <message>
        <source>Adressen</source>
        <translation>Addresses</translation>
    </message>
    <message>
        <source>Dieser Fall gehört jemand anderem: Konto lösen</source>
        <translation>This case is somebody else's: take the customer off</translation>
    </message>
    <message>
        <source>Weitere Adresse: Art</source>
        <translation>Another address: kind</translation>
    </message>
    <message>
        <source>Adresse oder Nummer</source>
        <translation>Address or number</translation>
    </message>
    <message>
        <source>Schließen</source>
        <translation>Close</translation>
    </message>
    <message>
        <source>Automatik</source>
        <translation>the program</translation>
    </message>
    <message>
        <source>Adressen von {name}</source>
        <translation>Addresses of {name}</translation>
    </message>
    <message>
        <source>Noch keine Adresse verknüpft.</source>
        <translation>No address linked yet.</translation>
    </message>
    <message>
        <source>Lösen</source>
        <translation>Unlink</translation>
    </message>
    <message>
        <source>{value} lösen</source>
        <translation>Unlink {value}</translation>
    </message>
    <message>
        <source>Das ist keine Adresse dieser Art.</source>
        <translation>That is no address of this kind.</translation>
    </message>
    <message>
        <source>{kind}, verknüpft am {day} von {who}</source>
        <translation>{kind}, linked on {day} by {who}</translation>
    </message>
    <message>
        <source>gelöst am {day} von {who}</source>
        <translation>unlinked on {day} by {who}</translation>
    </message>
</context>
<context>
    <name>Conversation</name>
    <message>
        <source>Kopie an {names}</source>
        <translation>Copy to {names}</translation>
    </message>
</context>
<context>
    <name>Recipient</name>
    <message>
        <source>Allen antworten: {names}</source>
        <translation>Answer all: {names}</translation>
    </message>
</context>
<context>
    <name>Timeline</name>
    <message>
        <source>Adressen und Verknüpfungen</source>
        <translation>Addresses and links</translation>
    </message>
</context>
</TS>
