"""Whether a signature holds, and whether the verifier trusts who made it. Pure: no file, no network, no clock."""

from collections.abc import Sequence

from cryptography import x509

from bridge.errors import MalformedInput
from bridge.signing import Finding, ManifestSignature, Origin, SignatureFault, Trust, decoded, shown
from storage.signing.algorithms import VerifyingKey, algorithm_of, der_of, holds, parse_verifying_key
from storage.signing.certificates import (
    chain_fault,
    ended_before,
    fingerprint_of,
    leads_to,
    may_sign,
    parse_certificate,
    spki_of,
    subject,
)


class Signatures:
    """:class:`bridge.signing.SignatureChecker`."""

    def check(self, signature: ManifestSignature, text: bytes, trust: Trust | None, signed_utc_ns: int) -> Finding:
        """Whatever is wrong with it is in the finding; nothing is raised."""
        try:
            key = parse_verifying_key(decoded(signature.public_key))
            chain = [parse_certificate(decoded(certificate)) for certificate in signature.certificates]
        except MalformedInput as error:
            return Finding(Origin.BROKEN, "", (SignatureFault("form", "a signature", str(error)),))
        signer = subject(chain[0]) if chain else ""
        faults = (*_signature_faults(signature, key, text), *_certificate_faults(key, chain))
        if faults:
            return Finding(Origin.BROKEN, signer, faults)
        if trust is None:
            return Finding(Origin.SIGNED, signer, ())
        if _trusted(signature, chain, trust, signed_utc_ns):
            return Finding(Origin.TRUSTED, signer, ())
        by = SignatureFault("trust", "signed by a trusted key", f"signed by {shown(signature.key)}")
        return Finding(Origin.UNTRUSTED, signer, (by,))


def _signature_faults(signature: ManifestSignature, key: VerifyingKey, text: bytes) -> list[SignatureFault]:
    if signature.algorithm is not algorithm_of(key):
        return [SignatureFault("algorithm", algorithm_of(key), signature.algorithm)]
    if not holds(key, decoded(signature.signature), text):
        return [SignatureFault(signature.algorithm, "signs the manifest", "does not")]
    return []


def _certificate_faults(key: VerifyingKey, chain: Sequence[x509.Certificate]) -> list[SignatureFault]:
    if not chain:
        return []
    if spki_of(chain[0]) != der_of(key) or not may_sign(chain[0]):
        return [SignatureFault("certificate", "lets the signing key sign", subject(chain[0]))]
    fault = chain_fault(chain)
    return [SignatureFault("certificate", "an unbroken chain", fault)] if fault else []


def _trusted(signature: ManifestSignature, chain: Sequence[x509.Certificate], trust: Trust, utc_ns: int) -> bool:
    """By the key itself: at any time, for who gave its fingerprint has vouched for it. By certificates: while they were
    valid. A fingerprint may name an authority's certificate that the signature carries along."""
    if signature.key in trust.fingerprints:
        return True
    given = [parse_certificate(der) for der in trust.certificates]
    if any(spki_of(one) == decoded(signature.public_key) and not ended_before(one, utc_ns) for one in given):
        return True
    named = [
        certificate
        for certificate, der in zip(chain, signature.certificates, strict=True)
        if fingerprint_of(decoded(der)) in trust.fingerprints
    ]
    return bool(chain) and leads_to(chain, [*given, *named], utc_ns)
