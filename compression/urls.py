"""Pages of compression."""

from django.urls import path

from compression import views
from compression.algorithms import views as algorithm_views
from compression.analyses import views as analysis_views
from compression.batch import views as batch_views
from compression.compare import views as compare_views
from compression.history import views as history_views
from compression.learning import views as learning_views
from compression.optimising import own_views
from compression.optimising import views as optimising_views
from compression.recommending import views as recommending_views
from compression.streaming import views as stream_views

app_name = "compression"
urlpatterns = [
    path("compress", views.compress, name="compress"),
    path("compress/options", views.options, name="options"),
    path("recommend", recommending_views.recommend, name="recommend"),
    path("recommendations/<uuid:pk>", recommending_views.recommendation, name="recommendation"),
    path(
        "recommendations/<uuid:pk>/compress/<int:rank>",
        recommending_views.compress,
        name="recommendation-compress",
    ),
    path("decompress", views.decompress, name="decompress"),
    path("stream", stream_views.stream, name="stream"),
    path("batches", batch_views.batch_list, name="batches"),
    path("batches/new", batch_views.new, name="batch-new"),
    path("batches/method", batch_views.method, name="batch-method"),
    path("batches/<uuid:pk>", batch_views.detail, name="batch"),
    path("batches/<uuid:pk>/cancel", batch_views.cancel, name="batch-cancel"),
    path("batches/<uuid:pk>/retry", batch_views.retry, name="batch-retry"),
    path("compare", compare_views.compare, name="compare"),
    path("compare/jobs/<uuid:pk>", compare_views.comparing, name="comparing"),
    path("comparisons", compare_views.comparison_list, name="comparisons"),
    path("comparisons/<uuid:pk>", compare_views.comparison, name="comparison"),
    path("comparisons/<uuid:pk>/delete", compare_views.delete, name="comparison-delete"),
    path("optimise", optimising_views.optimise, name="optimise"),
    path("optimisations", optimising_views.optimisation_list, name="optimisations"),
    path("optimisations/<uuid:pk>", optimising_views.optimisation, name="optimisation"),
    path("optimisations/<uuid:pk>/keep", optimising_views.keep, name="optimisation-keep"),
    path("optimisations/<uuid:pk>/cancel", optimising_views.cancel, name="optimisation-cancel"),
    path("optimisations/<uuid:pk>/retry", optimising_views.retry, name="optimisation-retry"),
    path("optimisations/<uuid:pk>/delete", optimising_views.delete, name="optimisation-delete"),
    path(
        "optimisations/<uuid:pk>/algorithm",
        optimising_views.keep_algorithm,
        name="optimisation-algorithm",
    ),
    path("analyse", analysis_views.analyse, name="analyse"),
    path("analyses", analysis_views.analysis_list, name="analyses"),
    path("analyses/<uuid:pk>", analysis_views.analysis, name="analysis"),
    path("analyses/<uuid:pk>/delete", analysis_views.delete, name="analysis-delete"),
    path("files/<uuid:pk>/blocks", analysis_views.blocks, name="blocks"),
    path("algorithms", algorithm_views.algorithm_list, name="algorithms"),
    path("algorithms/new", algorithm_views.new, name="algorithm-new"),
    path("algorithms/import", own_views.import_, name="algorithm-import"),
    path("algorithms/train", own_views.train, name="algorithm-train"),
    path("algorithms/<str:name>", algorithm_views.algorithm, name="algorithm"),
    path("algorithms/<str:name>/share", own_views.share, name="algorithm-share"),
    path("algorithms/<str:name>/edit", algorithm_views.edit, name="algorithm-edit"),
    path("algorithms/<str:name>/status", algorithm_views.status, name="algorithm-status"),
    path("algorithms/<str:name>/test", algorithm_views.test, name="algorithm-test"),
    path("algorithms/<str:name>/delete", algorithm_views.delete, name="algorithm-delete"),
    path("history", history_views.history, name="history"),
    path("learning", learning_views.learning, name="learning"),
    path("learning/train", learning_views.train, name="learning-train"),
    path("learning/outcomes", learning_views.outcome_list, name="learning-outcomes"),
    path("learning/outcomes/<uuid:pk>", learning_views.outcome, name="learning-outcome"),
    path("learning/states/<int:number>", learning_views.state, name="learning-state"),
    path("learning/states/<uuid:pk>/promote", learning_views.promote, name="learning-promote"),
    path("learning/states/<uuid:pk>/retire", learning_views.retire, name="learning-retire"),
    path("results", views.result_list, name="results"),
    path("results/<uuid:pk>", views.result_detail, name="result"),
]
