"""The classifier as the runtime runs it."""

from services.classifier.stage import build
from services.runtime.fitting import fit_stage

fit = fit_stage(lambda around: build(around.sources), follows=True)
