"""The linker as the runtime runs it: the one stage that remembers. Run one replica."""

from services.linker.stage import build
from services.runtime.fitting import fit_stage

fit = fit_stage(lambda around: build(around.sources, around.state), remembers=True)
