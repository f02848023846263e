import numpy as np
import pytest
from hypothesis import given, settings

from ringar_kits.errors import InputError
from ringar_kits.texts import load_embedder
from ringar_kits.texts.cache import VectorCache
from tests.kits.texts.corpus import KinEmbedder
from tests.kits.texts.test_normalise import ANYTHING

needs_model = pytest.mark.skipif(load_embedder() is None, reason="the extra [semantic] is not installed")


@needs_model
@settings(max_examples=20)
@given(ANYTHING)
def test_embed_when_given_anything_then_a_unit_row_comes_back(text):
    row = load_embedder().embed_passages([text])[0]
    assert row.shape == (384,)
    assert np.linalg.norm(row) == pytest.approx(1, abs=1e-3)


@needs_model
def test_embed_when_texts_come_together_then_each_is_read_as_if_alone():
    model = load_embedder()
    texts = ["ensamhet bland äldre", "vattenläckor " * 20, "", "fakturor"]
    together = model.embed_queries(texts)
    assert np.abs(together - np.vstack([model.embed_queries([text]) for text in texts])).max() < 1e-5
    assert model.embed_queries([]).shape == (0, 384)


@needs_model
def test_embed_when_meaning_is_shared_then_texts_lie_nearer():
    need = load_embedder().embed_queries(["Gamla människor är isolerade"])[0]
    near, far = load_embedder().embed_passages(["Ensamhet bland äldre", "Asfalten har gupp"])
    assert need @ near > need @ far


def test_cache_when_filled_twice_then_only_new_texts_are_embedded(tmp_path):
    model, asked = KinEmbedder(), []

    def embed(texts):
        asked.extend(texts)
        return model.embed_passages(texts)

    VectorCache(tmp_path, model.name, model.dimension).fill(["ett", "två", "ett"], embed, lambda _: None)
    again = VectorCache(tmp_path, model.name, model.dimension)
    again.fill(["två", "tre"], embed, lambda _: None)
    assert sorted(asked) == ["ett", "tre", "två"]
    assert again["ett"] == pytest.approx(model.embed_passages(["ett"])[0])


def test_cache_when_a_run_was_cut_short_then_whole_records_are_used(tmp_path):
    model = KinEmbedder()
    cache = VectorCache(tmp_path, model.name, model.dimension)
    cache.fill(["ett", "två"], model.embed_passages, lambda _: None)
    with cache.path.open("r+b") as file:
        file.truncate(cache.path.stat().st_size - 7)
    again = VectorCache(tmp_path, model.name, model.dimension)
    assert len(again.missing(["ett", "två"])) == 1
    again.fill(["ett", "två"], model.embed_passages, lambda _: None)
    assert VectorCache(tmp_path, model.name, model.dimension).missing(["ett", "två"]) == []


def test_cache_when_folder_cannot_be_made_then_a_remedy_is_named(tmp_path):
    (tmp_path / "file").write_text("")
    cache = VectorCache(tmp_path / "file" / "below", "m", 64)
    with pytest.raises(InputError, match="--cache"):
        cache.fill(["ett"], KinEmbedder().embed_passages, lambda _: None)
