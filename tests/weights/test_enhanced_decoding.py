import numpy as np
import pytest
import torch
from sentence_transformers import SentenceTransformer
from sentence_transformers.base.modules import Transformer
from sentence_transformers.sentence_transformer.modules import Pooling

from engine.weights import enhanced_decoding
from tests import checkpoints

TEXTS = ["the cat sat on the mat today", "how do i reset my password", "a dog"]


@pytest.fixture
def model(tmp_path):
    """A BERT that knows a mask token; mean pooling."""
    plain = checkpoints._bert_with_marks(tmp_path)
    first = Transformer(str(plain))
    return SentenceTransformer(modules=[first, Pooling(32, "mean")], device="cpu")


def test_whole_words_are_hidden_up_to_their_share_and_special_tokens_never():
    dice = np.random.default_rng(0)
    words = [None, 0, 1, 1, 1, 2, 3, 4, 4, None]
    for _ in range(200):
        hidden = enhanced_decoding.masked_words(words, 0.3, dice)
        assert 1 <= hidden.sum() <= 3
        assert not hidden[[0, -1]].any()
        assert hidden[2] == hidden[3] == hidden[4] and hidden[7] == hidden[8]


def test_over_many_texts_the_hidden_share_is_the_asked_one():
    dice, words = np.random.default_rng(1), [None, *range(98), None]
    for share in (0.3, 0.5):
        assert {int(enhanced_decoding.masked_words(words, share, dice).sum()) for _ in range(50)} == {
            round(100 * share)
        }


def test_each_position_of_the_decoder_sees_the_vector_never_itself_and_half_of_the_others():
    seen = enhanced_decoding.visible([None, *range(98), None], 0.5, np.random.default_rng(2))
    assert seen[:, 0].all()
    assert not seen[np.arange(1, 100), np.arange(1, 100)].any()
    assert set(seen[1:].sum(axis=1)) <= {49, 50}  # 100 less 50 hidden, less itself where it was not hidden anyway
    assert len({row.tobytes() for row in seen}) > 50  # rows differ: that is the point of enhanced decoding


def test_the_batch_says_what_each_side_reads_and_tells(model):
    batch = enhanced_decoding.collate(model.tokenizer, TEXTS, 24, (0.3, 0.5), np.random.default_rng(3))
    hidden, inner = batch.told != -100, batch.rebuilt != -100
    assert inner.sum(1).tolist() == [7, 6, 2]  # every token but [CLS], [SEP] and padding
    assert (batch.told[hidden] == batch.clean[hidden]).all() and not (hidden & ~inner).any()
    assert (batch.read[~hidden] == batch.clean[~hidden]).all()
    assert not batch.visible[2, 1:4, 4:].any()  # nothing of the padding is seen
    assert batch.visible[..., 0].all()


def test_of_hidden_tokens_eight_in_ten_are_masks_and_one_in_ten_stays(model):
    dice, text = np.random.default_rng(4), "the cat sat on the mat " * 3
    batch = enhanced_decoding.collate(model.tokenizer, [text] * 400, 24, (0.3, 0.5), dice)
    read, clean = (one[batch.told != -100] for one in (batch.read, batch.clean))
    assert abs(float((read == model.tokenizer.mask_token_id).float().mean()) - 0.8) < 0.04
    assert 0.08 < float((read == clean).float().mean()) < 0.14  # a drawn token may be the right one


def test_the_decoder_is_attention_from_positions_to_the_vector_and_the_tokens_that_are_seen(model):
    torch.manual_seed(5)
    parts = enhanced_decoding.decoder(model).eval()
    batch = enhanced_decoding.collate(model.tokenizer, TEXTS, 24, (0.3, 0.5), np.random.default_rng(6))
    vector = torch.randn(3, 32)
    embeddings, attention = model[0].auto_model.embeddings, parts["attention"]
    found = enhanced_decoding.rebuilt(model, parts, vector, batch)
    for text, place in ((0, 3), (1, 1), (2, 2)):
        query = embeddings.position_embeddings.weight[place] + vector[text]
        keys = torch.cat([vector[text][None], embeddings(input_ids=batch.clean)[text, 1:]])[batch.visible[text, place]]
        q, k, v = (
            torch.nn.functional.linear(one, weight, bias)
            for one, weight, bias in zip(
                (query, keys, keys), attention.in_proj_weight.chunk(3), attention.in_proj_bias.chunk(3), strict=True
            )
        )
        heads = [
            torch.softmax(q[part] @ k[:, part].T / 8**0.5, -1) @ v[:, part]
            for part in (slice(0, 8), slice(8, 16), slice(16, 24), slice(24, 32))
        ]
        hidden = parts["after_attention"](query + attention.out_proj(torch.cat(heads)))
        assert torch.allclose(found[text, place], parts["after_feeding"](hidden + parts["feeding"](hidden)), atol=1e-5)


def test_padding_changes_nothing_about_a_texts_losses(model):
    torch.manual_seed(7)
    model.eval()
    parts = enhanced_decoding.decoder(model).eval()
    alone = enhanced_decoding.collate(model.tokenizer, TEXTS[2:], 24, (0.3, 0.5), np.random.default_rng(8))
    wide = enhanced_decoding.Masked(*(_padded(one, 6) for one in vars(alone).values()))
    wide.told[:, 4:], wide.rebuilt[:, 4:], wide.visible[..., 0] = -100, -100, True
    for one, other in zip(*(enhanced_decoding.losses(model, parts, batch) for batch in (alone, wide)), strict=True):
        assert torch.allclose(one, other, atol=1e-5)


def _padded(tensor: torch.Tensor, by: int) -> torch.Tensor:
    return torch.nn.functional.pad(tensor, (0, by) * (tensor.ndim - 1))


def test_learning_brings_both_losses_down_and_the_model_saves_as_a_plain_base(model, tmp_path):
    torch.manual_seed(9)
    parts, dice = enhanced_decoding.decoder(model), np.random.default_rng(10)
    rates = torch.optim.AdamW([*model.parameters(), *parts.parameters()], lr=5e-3)
    losses = []
    for _ in range(40):
        batch = enhanced_decoding.collate(model.tokenizer, TEXTS * 4, 24, (0.3, 0.5), dice)
        both = enhanced_decoding.losses(model, parts, batch)
        sum(both).backward()
        rates.step()
        rates.zero_grad()
        losses.append([one.item() for one in both])
    assert (np.mean(losses[-5:], axis=0) < 0.8 * np.mean(losses[:5], axis=0)).all()
    model.save_pretrained(str(tmp_path / "base"))
    loaded = SentenceTransformer(str(tmp_path / "base"), device="cpu")
    model.eval()
    np.testing.assert_allclose(loaded.encode(TEXTS), model.encode(TEXTS), atol=1e-6)
    assert [type(one).__name__ for one in loaded] == ["Transformer", "Pooling"]


def test_a_model_without_a_mask_token_cannot_be_pretrained(tmp_path):
    with pytest.raises(ValueError, match="mask token"):
        enhanced_decoding.decoder(SentenceTransformer(str(checkpoints.bert(tmp_path)), device="cpu"))
