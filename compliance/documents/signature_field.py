"""The name of the empty field that the finisher leaves and the seal signs."""

SIGNATURE_FIELD = "Signature"
