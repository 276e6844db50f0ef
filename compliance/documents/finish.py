"""What WeasyPrint leaves open and both formats want: the PDF/UA mark inside the one metadata
stream, the scope of table headings, the numbers of lists, the language of a foreign line, and an empty signature field.

WeasyPrint offers either PDF/A or PDF/UA. It is asked for PDF/A-3a (which brings the tags), and this
finisher adds the rest just before the file is written.

The file itself is then written by `writer`.
"""

from typing import Any
from xml.sax.saxutils import escape

import pydyf
from weasyprint.formatting_structure.boxes import BlockBox

from compliance.documents.laid_out import boxes_of
from compliance.documents.signature_field import SIGNATURE_FIELD

_PDFUA = """<rdf:Description rdf:about="" xmlns:pdfuaid="http://www.aiim.org/pdfua/ns/id/">
<pdfuaid:part>1</pdfuaid:part></rdf:Description>
<rdf:Description rdf:about="" xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/"
 xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#"
 xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#">
<pdfaExtension:schemas><rdf:Bag><rdf:li rdf:parseType="Resource">
<pdfaSchema:schema>PDF/UA identification schema</pdfaSchema:schema>
<pdfaSchema:namespaceURI>http://www.aiim.org/pdfua/ns/id/</pdfaSchema:namespaceURI>
<pdfaSchema:prefix>pdfuaid</pdfaSchema:prefix>
<pdfaSchema:property><rdf:Seq><rdf:li rdf:parseType="Resource">
<pdfaProperty:name>part</pdfaProperty:name>
<pdfaProperty:valueType>Integer</pdfaProperty:valueType>
<pdfaProperty:category>internal</pdfaProperty:category>
<pdfaProperty:description>Part of the PDF/UA standard that is kept</pdfaProperty:description>
</rdf:li></rdf:Seq></pdfaSchema:property></rdf:li></rdf:Bag></pdfaExtension:schemas>
</rdf:Description>"""

_IDENTIFIER = """<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/">
<dc:identifier>{}</dc:identifier></rdf:Description>"""


def finish(document: Any, pdf: pydyf.PDF, *, signature_purpose: str = "") -> None:
    """Complete a PDF about to be written.

    `document` is the laid-out document, `pdf` its objects. `signature_purpose` names an empty,
    invisible signature field (its tooltip); without it there is none.
    """
    complete_metadata(document, pdf)
    _mark_headings_lists_and_languages(document, pdf)
    if signature_purpose:
        _add_signature_field(pdf, signature_purpose)


def _object(pdf: pydyf.PDF, reference: Any) -> Any:
    """The object a reference like b"12 0 R" points to."""
    return pdf.objects[int(reference.split()[0])]


def complete_metadata(document: Any, pdf: pydyf.PDF) -> None:
    """Add the PDF/UA mark and the identifier to the metadata of a PDF about to be written."""
    metadata = _object(pdf, pdf.catalog["Metadata"])
    added = _PDFUA
    if identifier := document.metadata.custom.get("identifier"):
        added += _IDENTIFIER.format(escape(identifier))
    content = b"".join(metadata.stream).replace(b"</rdf:RDF>", added.encode() + b"</rdf:RDF>", 1)
    metadata.stream = [content]
    metadata.compress = False  # PDF/A asks that anybody can read it without a PDF library


def _mark_headings_lists_and_languages(document: Any, pdf: pydyf.PDF) -> None:
    """Give each table heading its scope, each list its kind of numbers, and each <blockquote lang> its
    language.

    A blockquote is the one element our templates use for foreign lines. Tags come in the order of their
    boxes.
    """
    languages: list[str] = []
    numbers: list[str] = []
    for _, box in boxes_of(document):
        tag = box.element_tag
        if tag == "th" and hasattr(box, "mark"):
            row = box.element.attrib.get("scope") == "row"
            box.mark["A"]["Scope"] = "/Row" if row else "/Column"
        elif tag in _NUMBERS and isinstance(box, BlockBox):
            numbers.append(_NUMBERS[tag])
        elif tag == "blockquote" and isinstance(box, BlockBox):
            languages += filter(None, [box.element.attrib.get("lang")])
    lists, quotes = _tagged(pdf, "/L"), _tagged(pdf, "/BlockQuote")
    assert len(lists) == len(numbers), "every list has a tag"
    for each, number in zip(lists, numbers, strict=True):
        each["A"] = pydyf.Dictionary({"O": "/List", "ListNumbering": number})
    assert len(quotes) == len(languages), "a foreign line must be one unbroken block"
    for quote, language in zip(quotes, languages, strict=True):
        quote["Lang"] = pydyf.String(language)


_NUMBERS = {"ol": "/Decimal", "ul": "/Disc"}


def _tagged(pdf: pydyf.PDF, kind: str) -> list[pydyf.Dictionary]:
    return [
        each for each in pdf.objects if isinstance(each, pydyf.Dictionary) and each.get("S") == kind
    ]


def _add_signature_field(pdf: pydyf.PDF, purpose: str) -> None:
    page_reference = pdf.page_references[0]
    page = _object(pdf, page_reference)
    tree = _object(pdf, pdf.catalog["StructTreeRoot"])
    parents = _object(pdf, tree["ParentTree"])
    key = max(parents["Nums"][::2]) + 1
    field = pydyf.Dictionary(
        {
            "Type": "/Annot",
            "Subtype": "/Widget",
            "FT": "/Sig",
            "T": pydyf.String(SIGNATURE_FIELD),
            "TU": pydyf.String(purpose),
            "Contents": pydyf.String(purpose),
            "Rect": pydyf.Array([0, 0, 0, 0]),
            "F": 4 | 128,
            "P": page_reference,
            "StructParent": key,
        }
    )
    pdf.add_object(field)
    link = pydyf.Dictionary({"Type": "/OBJR", "Obj": field.reference, "Pg": page_reference})
    pdf.add_object(link)
    document_reference = tree["K"][0]
    element = pydyf.Dictionary(
        {
            "Type": "/StructElem",
            "S": "/Form",
            "K": pydyf.Array([link.reference]),
            "Pg": page_reference,
            "P": document_reference,
            "Alt": pydyf.String(purpose),
        }
    )
    pdf.add_object(element)
    _object(pdf, document_reference)["K"].append(element.reference)
    parents["Nums"] += [key, element.reference]
    annotations = page.setdefault("Annots", pydyf.Array())
    annotations.append(field.reference)
    pdf.catalog["AcroForm"] = pydyf.Dictionary({"Fields": pydyf.Array([field.reference])})
