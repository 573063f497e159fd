"""Reports: what an experiment came to, told to people and to machines.

One value goes in, a :class:`harness.report.story.Story`; four renderings come out, each a pure
function of it: :mod:`~harness.report.text` for a terminal, :mod:`~harness.report.html` for a page
that needs nothing but itself, :mod:`~harness.report.junit` for build servers and
:mod:`~harness.report.document` for programs. Beside them :mod:`~harness.report.contrast_page` sets two
bundles side by side, and :mod:`~harness.report.notice` writes what goes to others. Every sentence stands in
:mod:`harness.report.wording`, in :mod:`harness.report.notice_wording` or in ``templates/``;
:mod:`harness.report.words` reads them all, and :mod:`harness.report.resolved` finds figures that stand in no field.
"""
