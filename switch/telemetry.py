"""Telemetry: structured events on standard error, one JSON object a line in plain ASCII, without personal data."""

import logging
import sys

import structlog
import structlog.types


def configure_logging(level: str, process: str) -> None:
    """Call once, first thing in a process."""
    ours: list[structlog.types.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True, key="at"),
    ]
    structlog.configure(
        processors=[*ours, structlog.processors.JSONRenderer()],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level.upper()]),
        logger_factory=structlog.WriteLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    structlog.contextvars.bind_contextvars(process=process)
    libraries = logging.StreamHandler(sys.stderr)
    rendered = (
        structlog.stdlib.ProcessorFormatter.remove_processors_meta,
        structlog.processors.format_exc_info,
        structlog.processors.JSONRenderer(),
    )
    libraries.setFormatter(structlog.stdlib.ProcessorFormatter(foreign_pre_chain=ours, processors=rendered))
    logging.basicConfig(level=logging.WARNING, handlers=[libraries], force=True)
    logging.captureWarnings(capture=True)
