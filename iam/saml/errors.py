# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Every way a log-in can fail, each with its permanent reason code and its Italian sentence.

The docstring of a refusal names its source; "test n" is the number in AgID's list of
checks on the Response of a service provider.
"""

from __future__ import annotations

from typing import ClassVar

from iam.kernel.errors import DomainError, InvalidInput


class ResponseRefused(DomainError):
    """What an identity provider, or somebody in its name, sent us is not acceptable."""

    code = "spid-risposta-rifiutata"
    headline: ClassVar[str] = "Accesso non riuscito"
    advice: ClassVar[tuple[str, ...]] = ()
    """What to do, one thing a line, where there is more than starting again."""
    message = "La risposta ricevuta non è valida. Riparti dall'inizio."
    status = 403


class StartAgain(ResponseRefused):
    """Nothing is wrong with the identity: the attempt itself can no longer be used."""

    code = "spid-ricomincia"
    headline = "Questo accesso non è più utilizzabile"


# --- the bytes


class MessageMissing(ResponseRefused):
    """SAML 2.0 Bindings, 3.5.4."""

    code = "spid-messaggio-assente"
    message = (
        "La pagina è stata chiamata senza la risposta del gestore dell'identità. Riparti "
        "dall'inizio."
    )


class MessageTooLarge(ResponseRefused):
    """Our limit; CVE-2025-25293 (inflation)."""

    code = "spid-messaggio-troppo-grande"
    message = (
        "La risposta ricevuta è troppo grande per essere autentica. Riparti dall'inizio: se "
        "succede ancora, comunica il codice all'assistenza."
    )


class MessageNotBase64(ResponseRefused):
    """SAML 2.0 Bindings, 3.5.4."""

    code = "spid-messaggio-illeggibile"
    message = (
        "La risposta ricevuta non è leggibile. Riparti dall'inizio: se succede ancora, "
        "comunica il codice all'assistenza."
    )


class MessageNotXml(ResponseRefused):
    """SAML 2.0 Core, 1.1."""

    code = "spid-messaggio-non-xml"
    message = (
        "La risposta ricevuta non è leggibile. Riparti dall'inizio: se succede ancora, "
        "comunica il codice all'assistenza."
    )


class DocumentTypePresent(ResponseRefused):
    """OWASP XXE; CVE-2026-28809."""

    code = "spid-doctype"
    message = (
        "La risposta ricevuta contiene istruzioni non ammesse. Riparti dall'inizio: se "
        "succede ancora, comunica il codice all'assistenza."
    )


class HiddenInsideValue(ResponseRefused):
    """CVE-2018-0489, CVE-2017-11427: comments that split a value."""

    code = "spid-commento-nel-valore"
    message = (
        "La risposta ricevuta contiene parti nascoste non ammesse. Riparti dall'inizio: se "
        "succede ancora, comunica il codice all'assistenza."
    )


class SchemaViolated(ResponseRefused):
    """SAML 2.0 Core, 1.2 (XSD)."""

    code = "spid-schema"
    message = (
        "La risposta ricevuta non rispetta lo standard. Riparti dall'inizio: se succede "
        "ancora, comunica il codice all'assistenza."
    )


# --- the request it answers


class Unsolicited(StartAgain):
    """RT, controls on the Response: unsolicited ones are discarded. Tests 16, 17, 18."""

    code = "spid-risposta-non-richiesta"
    message = "Questa risposta non corrisponde a un accesso iniziato da qui. Riparti dall'inizio."


class AnotherBrowser(StartAgain):
    """OWASP SAML, login CSRF; SAML 2.0 Profiles, 4.1.4.3."""

    code = "spid-altro-browser"
    message = (
        "L'accesso è iniziato in un altro browser, oppure i cookie sono bloccati. Riparti "
        "dall'inizio da questa pagina, con i cookie attivi."
    )


class AlreadyUsed(StartAgain):
    """RT, single sign-on: no replay of a request ID."""

    code = "spid-risposta-gia-usata"
    message = "Questa risposta è già stata usata una volta. Riparti dall'inizio."


class RequestExpired(StartAgain):
    """Our limit on the life of a request."""

    code = "spid-richiesta-scaduta"
    message = "È passato troppo tempo da quando hai iniziato. Riparti dall'inizio."


class ProviderUnknown(ResponseRefused):
    """RT, registry: only federated providers."""

    code = "spid-gestore-sconosciuto"
    headline = "Gestore non riconosciuto"
    message = (
        "Il gestore di identità scelto non è tra quelli riconosciuti. Scegline uno dall'elenco."
    )
    status = 404


# --- signature


class SignatureMissing(ResponseRefused):
    """RT: the Assertion is always signed. Tests 2, 3, 112."""

    code = "spid-firma-assente"
    message = (
        "La risposta ricevuta non è firmata come richiesto. Riparti dall'inizio: se succede "
        "ancora, comunica il codice all'assistenza."
    )


class SignatureInvalid(ResponseRefused):
    """XML Signature, 3.2. Tests 4, 5, 100, 113."""

    code = "spid-firma-non-valida"
    message = (
        "La firma della risposta non è del gestore a cui ti abbiamo mandato. Riparti "
        "dall'inizio: se succede ancora, comunica il codice all'assistenza."
    )


class SignatureMisplaced(ResponseRefused):
    """SAML 2.0 Core, 5.4; CVE-2025-24894, CVE-2025-24895 (decoy signature). Tests 112, 113."""

    code = "spid-firma-fuori-posto"
    message = (
        "La risposta ricevuta contiene una firma fuori posto. Riparti dall'inizio: se succede"
        " ancora, comunica il codice all'assistenza."
    )


class SignatureRepeated(ResponseRefused):
    """SAML 2.0 Core, 5.4."""

    code = "spid-firma-ripetuta"
    message = (
        "La risposta ricevuta contiene più firme dello stesso tipo. Riparti dall'inizio: se "
        "succede ancora, comunica il codice all'assistenza."
    )


class SignatureMalformed(ResponseRefused):
    """XML Signature, 4.1; CVE-2025-29775 (text beside the digest)."""

    code = "spid-firma-malformata"
    message = (
        "La firma della risposta non ha la forma richiesta. Riparti dall'inizio: se succede "
        "ancora, comunica il codice all'assistenza."
    )


class ReferenceElsewhere(ResponseRefused):
    """SAML 2.0 Core, 5.4.2: one Reference, to the parent."""

    code = "spid-firma-riferimento"
    message = (
        "La firma della risposta si riferisce ad altro. Riparti dall'inizio: se succede "
        "ancora, comunica il codice all'assistenza."
    )


class TransformForbidden(ResponseRefused):
    """SAML 2.0 Core, 5.4.4; XSLT in a signature."""

    code = "spid-firma-trasformazione"
    message = (
        "La firma della risposta usa una trasformazione non ammessa. Riparti dall'inizio: se "
        "succede ancora, comunica il codice all'assistenza."
    )


class AlgorithmForbidden(ResponseRefused):
    """RT, signatures: RSA with SHA-256 or better; no SHA-1, no HMAC."""

    code = "spid-firma-algoritmo"
    message = (
        "La firma della risposta usa un algoritmo non ammesso. Riparti dall'inizio: se "
        "succede ancora, comunica il codice all'assistenza."
    )


class ObjectPresent(ResponseRefused):
    """Signature wrapping in ds:Object; XML Signature, 4.5."""

    code = "spid-firma-oggetto"
    message = (
        "La firma della risposta contiene un oggetto non ammesso. Riparti dall'inizio: se "
        "succede ancora, comunica il codice all'assistenza."
    )


class IdentifierRepeated(ResponseRefused):
    """Signature wrapping; XML 1.0, validity of ID."""

    code = "spid-id-ripetuto"
    message = (
        "La risposta ricevuta contiene due parti con lo stesso identificativo. Riparti "
        "dall'inizio: se succede ancora, comunica il codice all'assistenza."
    )


class NotAResponse(ResponseRefused):
    """SAML 2.0 Core, 3.3.3."""

    code = "spid-non-risposta"
    message = (
        "Il messaggio ricevuto non è una risposta di accesso. Riparti dall'inizio: se succede"
        " ancora, comunica il codice all'assistenza."
    )


class AssertionMissing(ResponseRefused):
    """SAML 2.0 Core, 3.3.3. Test 32."""

    code = "spid-asserzione-assente"
    message = (
        "La risposta ricevuta non contiene la tua identità. Riparti dall'inizio: se succede "
        "ancora, comunica il codice all'assistenza."
    )


class AssertionRepeated(ResponseRefused):
    """RT: one Assertion; signature wrapping."""

    code = "spid-asserzione-ripetuta"
    message = (
        "La risposta ricevuta contiene più identità. Riparti dall'inizio: se succede ancora, "
        "comunica il codice all'assistenza."
    )


class AssertionMisplaced(ResponseRefused):
    """SAML 2.0 Core, 3.3.3; signature wrapping."""

    code = "spid-asserzione-fuori-posto"
    message = (
        "La risposta ricevuta contiene un'identità fuori posto. Riparti dall'inizio: se "
        "succede ancora, comunica il codice all'assistenza."
    )


class EncryptedPart(ResponseRefused):
    """RT: SPID assertions are not encrypted to us."""

    code = "spid-cifrato"
    message = (
        "La risposta ricevuta contiene parti cifrate che non abbiamo chiesto. Riparti "
        "dall'inizio: se succede ancora, comunica il codice all'assistenza."
    )


# --- the envelope of Response and Assertion


class ResponseIdMissing(ResponseRefused):
    """SAML 2.0 Core, 1.3.4. Tests 8, 9."""

    code = "spid-risposta-id"
    message = (
        "Manca l'identificativo della risposta ricevuta. Riparti dall'inizio: se succede "
        "ancora, comunica il codice all'assistenza."
    )


class ResponseVersionWrong(ResponseRefused):
    """RT, Response: Version is 2.0. Test 10."""

    code = "spid-risposta-versione"
    message = (
        "La versione della risposta ricevuta non è quella attesa. Riparti dall'inizio: se "
        "succede ancora, comunica il codice all'assistenza."
    )


class ResponseInstantMissing(ResponseRefused):
    """RT, Response: IssueInstant. Tests 11, 12."""

    code = "spid-risposta-data-assente"
    message = (
        "Manca la data della risposta ricevuta. Riparti dall'inizio: se succede ancora, "
        "comunica il codice all'assistenza."
    )


class ResponseInstantMalformed(ResponseRefused):
    """RT, Response: IssueInstant in UTC. Test 13."""

    code = "spid-risposta-data-formato"
    message = (
        "La data della risposta ricevuta non è leggibile. Riparti dall'inizio: se succede "
        "ancora, comunica il codice all'assistenza."
    )


class ResponseBeforeRequest(ResponseRefused):
    """RT, Response: not before the request. Test 14."""

    code = "spid-risposta-data-anteriore"
    message = (
        "La data della risposta ricevuta è anteriore alla tua richiesta. Riparti dall'inizio:"
        " se succede ancora, comunica il codice all'assistenza."
    )


class ResponseFromFuture(ResponseRefused):
    """RT, Response: not after its reception. Test 15."""

    code = "spid-risposta-data-futura"
    message = (
        "La data della risposta ricevuta è nel futuro. Riparti dall'inizio: se succede "
        "ancora, comunica il codice all'assistenza."
    )


class ResponseIssuerMissing(ResponseRefused):
    """RT, Response: Issuer. Tests 27, 28."""

    code = "spid-risposta-emittente-assente"
    message = (
        "Manca il nome di chi ha emesso la risposta. Riparti dall'inizio: se succede ancora, "
        "comunica il codice all'assistenza."
    )


class ResponseIssuerWrong(ResponseRefused):
    """RT, Response: Issuer is the provider asked; CVE-2026-49283 (mix-up). Test 29."""

    code = "spid-risposta-emittente-diverso"
    message = (
        "Ha risposto un gestore diverso da quello che hai scelto. Riparti dall'inizio: se "
        "succede ancora, comunica il codice all'assistenza."
    )


class ResponseIssuerFormatWrong(ResponseRefused):
    """RT, Response: Format of the Issuer. Tests 30."""

    code = "spid-risposta-emittente-formato"
    message = (
        "Il nome di chi ha emesso la risposta non ha il formato richiesto. Riparti "
        "dall'inizio: se succede ancora, comunica il codice all'assistenza."
    )


class AssertionIdMissing(ResponseRefused):
    """SAML 2.0 Core, 1.3.4. Tests 33, 34."""

    code = "spid-asserzione-id"
    message = (
        "Manca l'identificativo dell'identità ricevuta. Riparti dall'inizio: se succede "
        "ancora, comunica il codice all'assistenza."
    )


class AssertionVersionWrong(ResponseRefused):
    """RT, Assertion: Version is 2.0. Test 35."""

    code = "spid-asserzione-versione"
    message = (
        "La versione dell'identità ricevuta non è quella attesa. Riparti dall'inizio: se "
        "succede ancora, comunica il codice all'assistenza."
    )


class AssertionInstantMissing(ResponseRefused):
    """RT, Assertion: IssueInstant. Tests 36, 37."""

    code = "spid-asserzione-data-assente"
    message = (
        "Manca la data dell'identità ricevuta. Riparti dall'inizio: se succede ancora, "
        "comunica il codice all'assistenza."
    )


class AssertionInstantMalformed(ResponseRefused):
    """RT, Assertion: IssueInstant in UTC. Test 38."""

    code = "spid-asserzione-data-formato"
    message = (
        "La data dell'identità ricevuta non è leggibile. Riparti dall'inizio: se succede "
        "ancora, comunica il codice all'assistenza."
    )


class AssertionBeforeRequest(ResponseRefused):
    """RT, Assertion: not before the request. Test 39."""

    code = "spid-asserzione-data-anteriore"
    message = (
        "La data dell'identità ricevuta è anteriore alla tua richiesta. Riparti dall'inizio: "
        "se succede ancora, comunica il codice all'assistenza."
    )


class AssertionFromFuture(ResponseRefused):
    """RT, Assertion: not after its reception. Test 40."""

    code = "spid-asserzione-data-futura"
    message = (
        "La data dell'identità ricevuta è nel futuro. Riparti dall'inizio: se succede ancora,"
        " comunica il codice all'assistenza."
    )


class AssertionIssuerMissing(ResponseRefused):
    """RT, Assertion: Issuer. Tests 67, 68."""

    code = "spid-asserzione-emittente-assente"
    message = (
        "Manca il nome di chi ha emesso la risposta. Riparti dall'inizio: se succede ancora, "
        "comunica il codice all'assistenza."
    )


class AssertionIssuerWrong(ResponseRefused):
    """RT, Assertion: Issuer is the provider asked; CVE-2026-49283 (mix-up). Test 69."""

    code = "spid-asserzione-emittente-diverso"
    message = (
        "Ha risposto un gestore diverso da quello che hai scelto. Riparti dall'inizio: se "
        "succede ancora, comunica il codice all'assistenza."
    )


class AssertionIssuerFormatWrong(ResponseRefused):
    """RT, Assertion: Format of the Issuer. Tests 70, 71, 72."""

    code = "spid-asserzione-emittente-formato"
    message = (
        "Il nome di chi ha emesso la risposta non ha il formato richiesto. Riparti "
        "dall'inizio: se succede ancora, comunica il codice all'assistenza."
    )


# --- destination


class DestinationMissing(ResponseRefused):
    """RT, Response: Destination. Tests 19, 20."""

    code = "spid-destinazione-assente"
    message = (
        "Manca la destinazione della risposta. Riparti dall'inizio: se succede ancora, "
        "comunica il codice all'assistenza."
    )


class DestinationWrong(ResponseRefused):
    """RT, Response: Destination is our address. Test 21."""

    code = "spid-destinazione-diversa"
    message = (
        "La risposta era destinata a un altro servizio. Riparti dall'inizio: se succede "
        "ancora, comunica il codice all'assistenza."
    )


class InResponseToMissing(ResponseRefused):
    """RT, Response: InResponseTo. Tests 16, 17."""

    code = "spid-richiesta-non-indicata"
    message = (
        "La risposta non dice a quale accesso si riferisce. Riparti dall'inizio: se succede "
        "ancora, comunica il codice all'assistenza."
    )


class InResponseToWrong(ResponseRefused):
    """RT, Response: InResponseTo is the request. Test 18."""

    code = "spid-richiesta-diversa"
    message = (
        "La risposta si riferisce a un altro accesso. Riparti dall'inizio: se succede ancora,"
        " comunica il codice all'assistenza."
    )


# --- conditions


class ConditionsMissing(ResponseRefused):
    """RT, Assertion: Conditions. Tests 73, 74."""

    code = "spid-condizioni-assenti"
    message = (
        "Mancano le condizioni di validità dell'identità ricevuta. Riparti dall'inizio: se "
        "succede ancora, comunica il codice all'assistenza."
    )


class NotBeforeMissing(ResponseRefused):
    """RT, Conditions: NotBefore. Tests 75, 76."""

    code = "spid-valida-dal-assente"
    message = (
        "Manca l'inizio di validità dell'identità ricevuta. Riparti dall'inizio: se succede "
        "ancora, comunica il codice all'assistenza."
    )


class NotBeforeMalformed(ResponseRefused):
    """RT, Conditions: NotBefore. Test 77."""

    code = "spid-valida-dal-formato"
    message = (
        "L'inizio di validità dell'identità ricevuta non è leggibile. Riparti dall'inizio: se"
        " succede ancora, comunica il codice all'assistenza."
    )


class AssertionNotYetValid(ResponseRefused):
    """SAML 2.0 Core, 2.5.1.2. Test 78."""

    code = "spid-non-ancora-valida"
    message = (
        "L'identità ricevuta non è ancora valida. Riparti dall'inizio: se succede ancora, "
        "comunica il codice all'assistenza."
    )


class NotOnOrAfterMissing(ResponseRefused):
    """RT, Conditions: NotOnOrAfter. Tests 79, 80."""

    code = "spid-valida-fino-assente"
    message = (
        "Manca la fine di validità dell'identità ricevuta. Riparti dall'inizio: se succede "
        "ancora, comunica il codice all'assistenza."
    )


class NotOnOrAfterMalformed(ResponseRefused):
    """RT, Conditions: NotOnOrAfter. Test 81."""

    code = "spid-valida-fino-formato"
    message = (
        "La fine di validità dell'identità ricevuta non è leggibile. Riparti dall'inizio: se "
        "succede ancora, comunica il codice all'assistenza."
    )


class AssertionExpired(StartAgain):
    """SAML 2.0 Core, 2.5.1.2. Test 82."""

    code = "spid-scaduta"
    message = "La risposta del gestore è scaduta prima di arrivare. Riparti dall'inizio."


class AudienceRestrictionMissing(ResponseRefused):
    """RT, Conditions: AudienceRestriction. Tests 73, 83, 84."""

    code = "spid-destinatari-assenti"
    message = (
        "La risposta non dice a quale servizio è destinata. Riparti dall'inizio: se succede "
        "ancora, comunica il codice all'assistenza."
    )


class AudienceMissing(ResponseRefused):
    """RT, AudienceRestriction: Audience. Tests 85, 86."""

    code = "spid-destinatario-assente"
    message = (
        "La risposta non dice a quale servizio è destinata. Riparti dall'inizio: se succede "
        "ancora, comunica il codice all'assistenza."
    )


class AudienceWrong(ResponseRefused):
    """RT, AudienceRestriction: our entityID. Test 87."""

    code = "spid-destinatario-diverso"
    message = (
        "La risposta è destinata a un altro servizio. Riparti dall'inizio: se succede ancora,"
        " comunica il codice all'assistenza."
    )


# --- subject


class SubjectMissing(ResponseRefused):
    """RT, Assertion: Subject. Tests 41, 42."""

    code = "spid-soggetto-assente"
    message = (
        "La risposta non dice chi sei. Riparti dall'inizio: se succede ancora, comunica il "
        "codice all'assistenza."
    )


class NameIdMissing(ResponseRefused):
    """RT, Subject: NameID. Tests 43, 44."""

    code = "spid-nameid-assente"
    message = (
        "La risposta non dice chi sei. Riparti dall'inizio: se succede ancora, comunica il "
        "codice all'assistenza."
    )


class NameIdFormatWrong(ResponseRefused):
    """RT, NameID: Format transient. Tests 45, 46, 47."""

    code = "spid-nameid-formato"
    message = (
        "L'identificativo ricevuto non ha il formato richiesto. Riparti dall'inizio: se "
        "succede ancora, comunica il codice all'assistenza."
    )


class NameQualifierMissing(ResponseRefused):
    """RT, NameID: NameQualifier. Tests 48, 49."""

    code = "spid-nameid-qualificatore"
    message = (
        "L'identificativo ricevuto non dice chi lo ha dato. Riparti dall'inizio: se succede "
        "ancora, comunica il codice all'assistenza."
    )


class ConfirmationMissing(ResponseRefused):
    """RT, Subject: SubjectConfirmation. Tests 51, 52."""

    code = "spid-conferma-assente"
    message = (
        "Manca la conferma dell'identità ricevuta. Riparti dall'inizio: se succede ancora, "
        "comunica il codice all'assistenza."
    )


class ConfirmationMethodWrong(ResponseRefused):
    """RT, SubjectConfirmation: bearer. Tests 53, 54, 55."""

    code = "spid-conferma-metodo"
    message = (
        "La conferma dell'identità ricevuta non è del tipo richiesto. Riparti dall'inizio: se"
        " succede ancora, comunica il codice all'assistenza."
    )


class ConfirmationDataMissing(ResponseRefused):
    """RT, SubjectConfirmationData. Test 56."""

    code = "spid-conferma-dati"
    message = (
        "Mancano i dati di conferma dell'identità ricevuta. Riparti dall'inizio: se succede "
        "ancora, comunica il codice all'assistenza."
    )


class RecipientMissing(ResponseRefused):
    """RT, SubjectConfirmationData: Recipient. Tests 57, 58."""

    code = "spid-conferma-destinatario-assente"
    message = (
        "La conferma non dice a chi è destinata. Riparti dall'inizio: se succede ancora, "
        "comunica il codice all'assistenza."
    )


class RecipientWrong(ResponseRefused):
    """RT, SubjectConfirmationData: Recipient. Test 59."""

    code = "spid-conferma-destinatario-diverso"
    message = (
        "La conferma è destinata a un altro servizio. Riparti dall'inizio: se succede ancora,"
        " comunica il codice all'assistenza."
    )


class ConfirmationRequestMissing(ResponseRefused):
    """RT, SubjectConfirmationData: InResponseTo. Tests 60, 61."""

    code = "spid-conferma-richiesta-assente"
    message = (
        "La conferma non dice a quale accesso si riferisce. Riparti dall'inizio: se succede "
        "ancora, comunica il codice all'assistenza."
    )


class ConfirmationRequestWrong(ResponseRefused):
    """RT, SubjectConfirmationData: InResponseTo. Test 62."""

    code = "spid-conferma-richiesta-diversa"
    message = (
        "La conferma si riferisce a un altro accesso. Riparti dall'inizio: se succede ancora,"
        " comunica il codice all'assistenza."
    )


class ConfirmationEndMissing(ResponseRefused):
    """RT, SubjectConfirmationData: NotOnOrAfter. Tests 63, 64."""

    code = "spid-conferma-scadenza-assente"
    message = (
        "La conferma non dice fino a quando vale. Riparti dall'inizio: se succede ancora, "
        "comunica il codice all'assistenza."
    )


class ConfirmationEndMalformed(ResponseRefused):
    """RT, SubjectConfirmationData: NotOnOrAfter. Test 65."""

    code = "spid-conferma-scadenza-formato"
    message = (
        "La scadenza della conferma non è leggibile. Riparti dall'inizio: se succede ancora, "
        "comunica il codice all'assistenza."
    )


class ConfirmationExpired(StartAgain):
    """RT, SubjectConfirmationData: NotOnOrAfter. Test 66."""

    code = "spid-conferma-scaduta"
    message = "La risposta del gestore è scaduta prima di arrivare. Riparti dall'inizio."


# --- authentication context


class AuthnStatementMissing(ResponseRefused):
    """RT, Assertion: AuthnStatement. Tests 88, 89."""

    code = "spid-autenticazione-assente"
    message = (
        "La risposta non dice come ti sei autenticato. Riparti dall'inizio: se succede "
        "ancora, comunica il codice all'assistenza."
    )


class AuthnContextMissing(ResponseRefused):
    """RT, AuthnStatement: AuthnContext. Tests 90, 91."""

    code = "spid-contesto-assente"
    message = (
        "La risposta non dice con quale livello ti sei autenticato. Riparti dall'inizio: se "
        "succede ancora, comunica il codice all'assistenza."
    )


class ClassMissing(ResponseRefused):
    """RT, AuthnContextClassRef. Tests 92, 93."""

    code = "spid-livello-assente"
    message = (
        "La risposta non dice con quale livello ti sei autenticato. Riparti dall'inizio: se "
        "succede ancora, comunica il codice all'assistenza."
    )


class ClassUnknown(ResponseRefused):
    """RT, AuthnContextClassRef. Test 97."""

    code = "spid-livello-sconosciuto"
    message = (
        "Il livello di autenticazione ricevuto non è tra quelli di SPID. Riparti dall'inizio:"
        " se succede ancora, comunica il codice all'assistenza."
    )


class LevelTooLow(ResponseRefused):
    """RT, Comparison; tests 94, 95, 96."""

    code = "spid-livello-insufficiente"
    headline = "Il livello del tuo accesso non basta"
    message = (
        "Hai usato il livello {level}, ma per entrare serve almeno il livello {needed}, cioè "
        "con un secondo codice. Riprova scegliendo il livello {needed}, o attivalo presso chi ti "
        "ha dato l'identità digitale."
    )


# --- attributes


class AttributesMissing(ResponseRefused):
    """RT, AttributeStatement. Tests 98, 99."""

    code = "spid-attributi-assenti"
    message = (
        "Il gestore non ha inviato i tuoi dati. Riparti dall'inizio: se succede ancora, "
        "comunica il codice all'assistenza."
    )


class AttributeRepeated(ResponseRefused):
    """SAML 2.0 Core, 2.7.3.1: one value for each name."""

    code = "spid-attributo-ripetuto"
    message = (
        "Il gestore ha inviato due volte lo stesso dato. Riparti dall'inizio: se succede "
        "ancora, comunica il codice all'assistenza."
    )


class AttributesIncomplete(ResponseRefused):
    """RT, attributes asked by index. Test 103."""

    code = "spid-attributi-diversi"
    message = (
        "Il gestore non ha inviato tutti i dati necessari a riconoscerti: mancano {missing}. "
        "Riparti dall'inizio: se succede ancora, comunica il codice all'assistenza."
    )


class FiscalNumberMalformed(ResponseRefused):
    """RT, attributes: fiscalNumber is TINIT- and the codice fiscale."""

    code = "spid-codice-fiscale"
    message = "Il codice fiscale inviato dal gestore non è valido. Contatta la sua assistenza."


# --- status


class ForeignIdentifierMalformed(ResponseRefused):
    """eIDAS SAML attribute profile, 2.2.3."""

    code = "eidas-identificativo"
    message = (
        "Il nodo eIDAS non ha comunicato un identificativo valido della tua identità. Riparti "
        "dall'inizio: se succede ancora, comunica il codice all'assistenza."
    )


class StatusMissing(ResponseRefused):
    """RT, Response: Status. Tests 22, 23."""

    code = "spid-esito-assente"
    message = (
        "La risposta non dice com'è andato l'accesso. Riparti dall'inizio: se succede ancora,"
        " comunica il codice all'assistenza."
    )


class StatusCodeMissing(ResponseRefused):
    """RT, Response: StatusCode. Tests 24, 25."""

    code = "spid-esito-codice-assente"
    message = (
        "La risposta non dice com'è andato l'accesso. Riparti dall'inizio: se succede ancora,"
        " comunica il codice all'assistenza."
    )


class LoginFailed(ResponseRefused):
    """RT, Response: a status that is not Success. Test 26."""

    code = "spid-accesso-fallito"
    headline = "Il gestore non ha completato l'accesso"
    message = (
        "Il gestore dell'identità non ha completato l'accesso. Riprova tra poco; se succede "
        "ancora, contatta l'assistenza del gestore."
    )


class TooManyAttempts(LoginFailed):
    """RT, error codes: 19. Test 104."""

    code = "spid-nr19"
    headline = "Troppi tentativi"
    advice: ClassVar[tuple[str, ...]] = (
        "Recupera la password sul sito o nell'app del tuo gestore: noi non la conosciamo.",
        "Se ti serve entrare subito, usa un altro gestore o la Carta d'identità elettronica.",
    )
    message = (
        "Il tuo gestore SPID ha bloccato l'accesso dopo troppi tentativi con credenziali "
        "errate. Recupera la password sul sito del gestore e riprova."
    )


class LevelNotHeld(LoginFailed):
    """RT, error codes: 20. Test 105."""

    code = "spid-nr20"
    headline = "Il livello della tua identità SPID non basta"
    advice: ClassVar[tuple[str, ...]] = (
        "Chiedi al tuo gestore le credenziali di livello 2: quasi sempre basta la sua app.",
        "Se le hai già, riprova e conferma l'accesso anche con il secondo codice.",
    )
    message = (
        "Per entrare serve SPID di livello 2, cioè con un secondo codice. Attivalo sul sito "
        "del tuo gestore e riprova."
    )


class TimeRanOut(LoginFailed):
    """RT, error codes: 21. Test 106."""

    code = "spid-nr21"
    headline = "Tempo scaduto"
    advice: ClassVar[tuple[str, ...]] = (
        "Tieni pronta l'app o il telefono del gestore prima di ripartire.",
        "Se il codice non arriva, contatta l'assistenza del tuo gestore.",
    )
    message = "Non hai completato l'accesso in tempo. Riparti dall'inizio."


class ConsentDenied(LoginFailed):
    """RT, error codes: 22. Test 107."""

    code = "spid-nr22"
    headline = "Non hai dato il consenso"
    advice: ClassVar[tuple[str, ...]] = (
        "Riparti e, quando il gestore mostra i dati che ci invierà, autorizza.",
        "Che cosa facciamo dei dati è scritto nella pagina «Privacy», in fondo.",
    )
    message = (
        "Senza nome, cognome e codice fiscale non possiamo riconoscerti. Riprova e autorizza "
        "l'invio dei dati."
    )


class IdentityBlocked(LoginFailed):
    """RT, error codes: 23. Test 108."""

    code = "spid-nr23"
    headline = "Identità sospesa o bloccata"
    advice: ClassVar[tuple[str, ...]] = (
        "Contatta l'assistenza del tuo gestore: solo lui può riattivare l'identità.",
        "Se hai perso telefono o credenziali, chiedi subito al gestore di sospenderle.",
    )
    message = "Lo dice il tuo gestore SPID. Contatta la sua assistenza."


class CieTimeRanOut(TimeRanOut):
    """CIE, error codes: 21."""

    code = "cie-nr21"
    advice: ClassVar[tuple[str, ...]] = (
        "Tieni pronti la carta e il telefono, o il lettore, prima di ripartire.",
    )
    message = "Non hai completato l'accesso con la CIE in tempo. Riparti dall'inizio."


class CieConsentDenied(ConsentDenied):
    """CIE, error codes: 22."""

    code = "cie-nr22"
    advice: ClassVar[tuple[str, ...]] = (
        "Riparti e, quando «Entra con CIE» mostra i dati che ci invierà, prosegui.",
    )


class CardUnusable(LoginFailed):
    """CIE, error codes: 23."""

    code = "cie-nr23"
    headline = "La tua CIE non può essere usata"
    advice: ClassVar[tuple[str, ...]] = (
        "Controlla la carta sul portale della Carta d'identità elettronica.",
        "Se è scaduta o smarrita, rivolgiti al tuo Comune. Intanto puoi entrare con SPID.",
    )
    message = "La carta, o il suo certificato, è scaduta, revocata o bloccata."


class Cancelled(LoginFailed):
    """RT, error codes: 25. Test 111."""

    code = "spid-nr25"
    headline = "Hai annullato l'accesso"
    advice: ClassVar[tuple[str, ...]] = (
        "Se non sei stato tu ad annullare, controlla nell'app del gestore gli accessi richiesti.",
    )
    message = "Se vuoi entrare, riprova."


class CieCancelled(Cancelled):
    """CIE, error codes: 25."""

    code = "cie-nr25"
    headline = "Hai annullato l'accesso con la CIE"
    advice: ClassVar[tuple[str, ...]] = ()


class WrongIdentityType(LoginFailed):
    """Avviso 18 v2, error code 30."""

    code = "spid-nr30"
    headline = "Tipo di identità diverso da quello richiesto"
    advice: ClassVar[tuple[str, ...]] = (
        "Se hai più identità, sul sito del gestore scegli quella indicata qui sopra.",
    )
    message = "Usa la tua SPID personale o professionale, come indicato."


class OurFault(LoginFailed):
    """RT, error codes: 8 to 18, our request was wrong."""

    code = "spid-nostro-errore"
    headline = "È un nostro errore"
    advice: ClassVar[tuple[str, ...]] = (
        "Non devi fare nulla: né la tua identità né il tuo gestore hanno problemi.",
        "Se hai una scadenza, scrivi all'assistenza e indica il riferimento.",
    )
    message = (
        "Il gestore dell'identità ha rifiutato la nostra richiesta (errore {number}): è un "
        "problema del nostro servizio, non tuo. Chi lo gestisce è stato avvisato. Riprova più"
        " tardi."
    )


# --- logout


class LogoutRefused(ResponseRefused):
    """SAML 2.0 Profiles, 4.4.3.3: the request must be authenticated."""

    code = "spid-uscita-rifiutata"
    headline = "Uscita non eseguita"
    message = (
        "La richiesta di uscita ricevuta non è firmata da un gestore riconosciuto. Per uscire"
        " usa il comando Esci di questo servizio."
    )


# --- what an operator loads or configures


class MetadataUnusable(InvalidInput):
    """The metadata of an identity provider cannot be loaded. SAML 2.0 Metadata, 2.4."""

    code = "spid-metadata-non-utilizzabile"
    message = "I metadata {source} non si possono usare: {why}."


class NextPageElsewhere(InvalidInput):
    """The page to return to must be one of ours. OWASP, unvalidated redirects."""

    code = "spid-pagina-esterna"
    message = "La pagina a cui tornare non è di questo servizio. Riparti dalla pagina di accesso."
