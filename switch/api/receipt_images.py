"""A receipt as a picture: the QR code of its line, and as SVG a small slip in Arabic and English around it."""

import io
from dataclasses import dataclass, field
from textwrap import wrap
from xml.sax.saxutils import escape

import segno

from switch.domain.calendar import BUSINESS_ZONE
from switch.domain.directory import Directory
from switch.domain.participants import Name
from switch.reports.receipts import SignedReceipt

_CORRECTION = "m"
"""A quarter of a printed code may be dirty or torn off by half of that, and it is still read."""
_QUIET_MODULES = 4
_PNG_PIXELS = 6
_WIDTH, _MARGIN, _ROW, _VALUE, _QR = 420, 24, 26, 18, 300
_FITS_CHARACTERS = {"bold": 34, "plain": 46, "small": 54}
_FONT = "'IBM Plex Sans Arabic', 'Noto Sans Arabic', 'DejaVu Sans', Tahoma, sans-serif"


def png(signed: SignedReceipt) -> bytes:
    out = io.BytesIO()
    _code(signed).save(out, kind="png", scale=_PNG_PIXELS, border=_QUIET_MODULES)
    return out.getvalue()


def svg(signed: SignedReceipt, directory: Directory) -> bytes:
    """Arabic on the right, English on the left, the code beneath; nothing is loaded from anywhere. Times are those of the country."""
    receipt = signed.receipt
    biller, service = directory.participants.get(receipt.biller), directory.services.get(receipt.service)
    completed = receipt.completed_at.astimezone(BUSINESS_ZONE)
    slip = _Slip()
    slip.both("إيصال دفع", "Payment receipt", "bold", below=_ROW + 8)
    slip.field("المرجع", "Reference", receipt.payment_reference)
    slip.field("الجهة", "Biller", receipt.biller if biller is None else biller.name)
    slip.field("الخدمة", "Service", receipt.service if service is None else service.name)
    slip.field("المبلغ", "Amount", f"{_grouped(receipt.amount)} {receipt.currency}")
    slip.field("التاريخ", "Completed", f"{completed:%Y-%m-%d %H:%M}")
    slip.code(_code(signed))
    slip.both("يُتحقق منه دون شبكة", "Can be checked without a network", "small")
    return slip.drawn()


@dataclass(slots=True)
class _Slip:
    """Drawn from the top; `y` is where the next line stands."""

    y: float = _MARGIN + _ROW
    parts: list[str] = field(default_factory=list)

    def both(self, ar: str, en: str, kind: str = "plain", *, below: float = _ROW) -> None:
        """The same on both sides; what does not fit beside the other stands under it."""
        fits = _FITS_CHARACTERS[kind]
        left, right = wrap(en, fits), wrap(ar, fits)
        beside = len(left) == len(right) == 1 and len(ar) + len(en) <= fits
        for line in right:
            self._text(_WIDTH - _MARGIN, line, kind, 'direction="rtl" xml:lang="ar" text-anchor="start"')
            self.y += _VALUE
        self.y -= _VALUE if beside else 0
        for line in left:
            self._text(_MARGIN, line, kind, 'direction="ltr" text-anchor="start"')
            self.y += _VALUE
        self.y += below - _VALUE

    def field(self, ar: str, en: str, value: str | Name) -> None:
        self.both(ar, en, "small", below=_VALUE)
        if isinstance(value, Name):
            self.both(value.ar, value.en, below=_ROW)
        else:
            self._text(_WIDTH / 2, value, "plain", 'direction="ltr" text-anchor="middle"')
            self.y += _ROW

    def code(self, code: segno.QRCode) -> None:
        place = f'<svg x="{(_WIDTH - _QR) / 2:g}" y="{self.y:g}" width="{_QR}" height="{_QR}" '
        self.parts.append(code.svg_inline(border=_QUIET_MODULES, omitsize=True, svgclass=None, lineclass=None).replace("<svg ", place, 1))
        self.y += _QR + 16

    def drawn(self) -> bytes:
        style = f"text{{font:14px {_FONT}}}.bold{{font-weight:bold;font-size:18px}}.small{{font-size:12px;fill:#555}}"
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{_WIDTH}" height="{self.y:g}" viewBox="0 0 {_WIDTH} {self.y:g}">'
            f'<style>{style}</style><rect width="100%" height="100%" fill="#fff"/>{"".join(self.parts)}</svg>\n'
        ).encode()

    def _text(self, x: float, text: str, kind: str, how: str) -> None:
        self.parts.append(f'<text class="{kind}" x="{x:g}" y="{self.y:g}" {how}>{escape(text)}</text>')


def _grouped(amount: str) -> str:
    whole, point, decimals = amount.partition(".")
    return f"{int(whole):,}{point}{decimals}"


def _code(signed: SignedReceipt) -> segno.QRCode:
    return segno.make_qr(signed.text, error=_CORRECTION, boost_error=False)
