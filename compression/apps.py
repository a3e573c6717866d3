"""Compression."""

from django.apps import AppConfig


class CompressionConfig(AppConfig):
    """Registers jobs, the seed of algorithms and the pages."""

    name = "compression"
    verbose_name = "Compression"

    def ready(self) -> None:
        """Register."""
        from compression import jobs, seeds
        from compression.algorithms import jobs as algorithm_jobs
        from compression.analyses import jobs as analysis_jobs
        from compression.batch import action as batch_action
        from compression.batch import jobs as batch_jobs
        from compression.batch import subscribers as batch_subscribers
        from compression.compare import jobs as compare_jobs
        from compression.history import subscribers
        from compression.learning import duties as learning_duties
        from compression.learning import jobs as learning_jobs
        from compression.optimising import jobs as optimising_jobs
        from compression.unpacking import EngineUnpacker
        from core.notifications import kinds as notification_kinds
        from files import unpacking

        assert jobs  # registering is what its import does
        assert algorithm_jobs
        assert analysis_jobs
        assert batch_action
        assert batch_jobs
        assert batch_subscribers
        assert compare_jobs
        assert learning_duties
        assert learning_jobs
        assert optimising_jobs
        assert subscribers
        assert seeds
        unpacking.set_unpacker(EngineUnpacker())
        notification_kinds.add("learning.noticed", "Learning that gets worse")
        self._add_pages()

    def _add_pages(self) -> None:
        """Register what the navigation, the pages of files and the start page show."""
        from compression import selectors
        from compression.analyses import panel as analysis_panel
        from compression.history import panel
        from core import navigation, startpage
        from files import panels

        navigation.add("Work", "Compress", "compression:compress", icon="compress", order=10)
        navigation.add("Work", "Recommend", "compression:recommend", icon="help", order=10)
        navigation.add("Work", "Analyse", "compression:analyse", icon="chart", order=11)
        navigation.add("Work", "Compare", "compression:compare", icon="compare", order=12)
        navigation.add("Work", "Optimise", "compression:optimise", icon="experiments", order=13)
        navigation.add("Work", "Decompress", "compression:decompress", icon="decompress", order=15)
        navigation.add("Work", "Stream", "compression:stream", icon="stream", order=16)
        navigation.add("Work", "Batches", "compression:batches", icon="table", order=17)
        navigation.add("Work", "Results", "compression:results", icon="check", order=20)
        navigation.add("Study", "Algorithms", "compression:algorithms", icon="chart", order=10)
        navigation.add("Study", "History", "compression:history", icon="history", order=20)
        navigation.add("Study", "Learning", "compression:learning", icon="learning", order=30)
        panels.add(
            "compression", "What became of it", "compression/_file_panel.html", panel.context, order=10
        )
        panels.add(
            "analysis",
            "What it is made of",
            "compression/_analysis_panel.html",
            analysis_panel.context,
            order=5,
        )
        startpage.add(
            "saved", "Saved so far", "compression/_start_saved.html", selectors.saved, order=10, span=5
        )
        startpage.add(
            "results",
            "Latest results",
            "compression/_start_results.html",
            selectors.latest,
            order=30,
            span=12,
        )
