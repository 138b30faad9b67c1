"""Makes documentation from dbt's manifest: reference pages, the drawing of the layers, dbt's site.

`pages` writes docs/reference and the drawing in README.md, `site` the offline file. Nothing in them
is written by hand: a description is changed in the yml beside its model, then `funnel docs pages`
is run again."""
