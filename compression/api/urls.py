"""API addresses of compression."""

from django.urls import path

from compression.api import (
    algorithm_views,
    analysis_views,
    batch_views,
    compare_views,
    history_views,
    learning_figures_views,
    learning_views,
    optimising_views,
    own_algorithm_views,
    recommending_views,
    snippet_views,
    stream_views,
    views,
)

app_name = "compression"
urlpatterns = [
    path("compress", views.Compress.as_view(), name="compress"),
    path("decompress", views.Decompress.as_view(), name="decompress"),
    path("stream", stream_views.Stream.as_view(), name="stream"),
    path("batch", batch_views.BatchCreate.as_view(), name="batch-create"),
    path("batches", batch_views.BatchList.as_view(), name="batches"),
    path("batches/<uuid:pk>", batch_views.BatchDetail.as_view(), name="batch"),
    path("batches/<uuid:pk>/items", batch_views.BatchItems.as_view(), name="batch-items"),
    path("batches/<uuid:pk>/snippets", snippet_views.BatchSnippets.as_view(), name="batch-snippets"),
    path("batches/<uuid:pk>/retry", batch_views.BatchRetry.as_view(), name="batch-retry"),
    path("compare", compare_views.Compare.as_view(), name="compare"),
    path("compare/<uuid:pk>", compare_views.ComparisonDetail.as_view(), name="comparison"),
    path("compare/<uuid:pk>/export", compare_views.ComparisonExport.as_view(), name="comparison-export"),
    path(
        "compare/<uuid:pk>/snippets",
        snippet_views.ComparisonSnippets.as_view(),
        name="comparison-snippets",
    ),
    path("optimize", optimising_views.Optimise.as_view(), name="optimize"),
    path("optimize/strategies", optimising_views.StrategyList.as_view(), name="strategies"),
    path("enhanced/optimize-iterative", optimising_views.Iterate.as_view(), name="optimize-iterative"),
    path("optimizations", optimising_views.OptimisationList.as_view(), name="optimisations"),
    path("optimizations/<uuid:pk>", optimising_views.OptimisationDetail.as_view(), name="optimisation"),
    path(
        "optimizations/<uuid:pk>/trace",
        optimising_views.OptimisationTrace.as_view(),
        name="optimisation-trace",
    ),
    path(
        "optimizations/<uuid:pk>/keep", optimising_views.OptimisationKeep.as_view(), name="optimisation-keep"
    ),
    path(
        "optimizations/<uuid:pk>/snippets",
        snippet_views.OptimisationSnippets.as_view(),
        name="optimisation-snippets",
    ),
    path("enhanced/analyze", analysis_views.Analyse.as_view(), name="analyze"),
    path("enhanced/analyze/<uuid:pk>", analysis_views.AnalysisDetail.as_view(), name="analysis"),
    path(
        "enhanced/analyze/<uuid:pk>/snippets",
        snippet_views.AnalysisSnippets.as_view(),
        name="analysis-snippets",
    ),
    path("enhanced/recommend", recommending_views.Recommend.as_view(), name="recommend"),
    path(
        "enhanced/recommend/<uuid:pk>",
        recommending_views.RecommendationDetail.as_view(),
        name="recommendation",
    ),
    path(
        "enhanced/recommend/<uuid:pk>/snippets",
        snippet_views.RecommendationSnippets.as_view(),
        name="recommendation-snippets",
    ),
    path("enhanced/compress", recommending_views.RecommendedCompress.as_view(), name="recommended-compress"),
    path("enhanced/learning", learning_figures_views.LearningFigures.as_view(), name="learning"),
    path(
        "enhanced/learning/outcomes",
        learning_figures_views.LearningOutcomes.as_view(),
        name="learning-outcomes",
    ),
    path(
        "enhanced/learning/outcomes/<uuid:pk>",
        learning_figures_views.LearningOutcome.as_view(),
        name="learning-outcome",
    ),
    path("enhanced/meta-learn", learning_views.MetaLearn.as_view(), name="meta-learn"),
    path(
        "enhanced/meta-learn/<uuid:pk>/promote",
        learning_views.StatePromote.as_view(),
        name="meta-learn-promote",
    ),
    path("files/<uuid:pk>/blocks", analysis_views.FileBlocks.as_view(), name="blocks"),
    path(
        "optimizations/<uuid:pk>/algorithm",
        own_algorithm_views.OptimisationAlgorithm.as_view(),
        name="optimisation-algorithm",
    ),
    path("algorithms/train", own_algorithm_views.AlgorithmTrain.as_view(), name="algorithm-train"),
    path("algorithms/import", own_algorithm_views.AlgorithmImport.as_view(), name="algorithm-import"),
    path(
        "algorithms/<str:name>/export", own_algorithm_views.AlgorithmExport.as_view(), name="algorithm-export"
    ),
    path("algorithms", algorithm_views.AlgorithmList.as_view(), name="algorithms"),
    path("algorithms/<str:name>", algorithm_views.AlgorithmDetail.as_view(), name="algorithm"),
    path("algorithms/<str:name>/test", algorithm_views.AlgorithmTest.as_view(), name="algorithm-test"),
    path(
        "algorithms/<str:name>/snippets",
        snippet_views.AlgorithmSnippets.as_view(),
        name="algorithm-snippets",
    ),
    path("algorithms/<str:name>/viability", algorithm_views.AlgorithmViability.as_view(), name="viability"),
    path("history", history_views.HistoryList.as_view(), name="history"),
    path("history/export", history_views.HistoryExport.as_view(), name="history-export"),
    path("results/export", history_views.ResultExport.as_view(), name="results-export"),
    path("results", views.ResultList.as_view(), name="results"),
    path("results/<uuid:pk>", views.ResultDetail.as_view(), name="result"),
    path("results/<uuid:pk>/snippets", snippet_views.ResultSnippets.as_view(), name="result-snippets"),
]
