"""The reference page: the OpenAPI document and Swagger UI, all from files that are shipped; nothing from the internet."""

from functools import cache
from importlib.resources import files

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse, JSONResponse, Response

from switch.api.refusals import RouteUnknown

router = APIRouter(include_in_schema=False)

_SHIPPED = "fastapi_offline"
_CONTENT_TYPES = {"swagger-ui-bundle.js": "text/javascript", "swagger-ui.css": "text/css", "favicon.png": "image/png"}
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self';"
    " base-uri 'none'; form-action 'none'; frame-ancestors 'none'"  # which default-src does not speak for
)
_CACHED = {"Cache-Control": "public, max-age=3600"}

_PAGE = """<!doctype html>
<html lang="ar" dir="rtl">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>مرجع واجهة المحوّل الوطني · Switch API reference</title>
<link rel="icon" href="/docs/favicon.png">
<link rel="stylesheet" href="/docs/swagger-ui.css">
<style>
body { margin: 0; background: #fafafa; font-family: "IBM Plex Sans Arabic", "Noto Sans Arabic", Tahoma, sans-serif; }
header { max-width: 1420px; margin: 0 auto; padding: 1.5rem 1.25rem 0; }
h1 { margin: 0; font-size: 1.4rem; }
#reference :is(.renderedMarkdown p, .renderedMarkdown li, .opblock-summary-description) { unicode-bidi: plaintext; text-align: start; }
#reference .renderedMarkdown li { list-style-position: inside; }
#reference .scheme-container { display: none; }
header p { margin: .35rem 0 0; color: #3b4151; }
</style>
</head>
<body>
<header>
<h1>مرجع واجهة المحوّل الوطني لدفع الفواتير · <bdi lang="en">API of the national bill-payment switch</bdi></h1>
<p>كل طلب يحمل توقيعاً إلكترونياً، فلا تُجرّب الطلبات من هذه الصفحة.
<bdi lang="en">Each request carries an electronic signature, so none can be tried from this page.</bdi></p>
</header>
<main id="reference" dir="ltr" lang="en"></main>
<script src="/docs/swagger-ui-bundle.js"></script>
<script src="/docs/start.js"></script>
</body>
</html>
"""
_START = """SwaggerUIBundle({
  url: "/openapi.json",
  dom_id: "#reference",
  deepLinking: true,
  supportedSubmitMethods: [],
  validatorUrl: null,
  defaultModelsExpandDepth: 0,
  docExpansion: "list",
});
"""


@router.get("/docs")
async def page() -> Response:
    return HTMLResponse(_PAGE, headers=_CACHED | {"Content-Security-Policy": _POLICY})


@router.get("/docs/start.js")
async def start() -> Response:
    return Response(_START, media_type="text/javascript", headers=_CACHED)


@router.get("/docs/{name}")
async def file(name: str) -> Response:
    if name not in _CONTENT_TYPES:
        raise RouteUnknown()
    return Response(_shipped(name), media_type=_CONTENT_TYPES[name], headers=_CACHED)


@router.get("/openapi.json")
async def document(request: Request) -> Response:
    return JSONResponse(request.app.openapi(), headers=_CACHED)


@cache
def _shipped(name: str) -> bytes:
    return (files(_SHIPPED) / "static" / name).read_bytes()
