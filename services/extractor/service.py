"""The extractor as the runtime runs it."""

from services.extractor.stage import build
from services.runtime.fitting import fit_stage

fit = fit_stage(lambda _around: build())
