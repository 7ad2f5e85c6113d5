"""Small rerankers with random weights, written the way the hub lays them out."""

from collections.abc import Callable
from pathlib import Path

import torch
from sentence_transformers import CrossEncoder
from sentence_transformers.base.modules import Transformer
from sentence_transformers.cross_encoder.modules import LogitScore
from tokenizers import processors
from transformers import (
    BertConfig,
    BertForSequenceClassification,
    ModernBertConfig,
    ModernBertForSequenceClassification,
    PreTrainedModel,
    PreTrainedTokenizerFast,
    Qwen3Config,
    Qwen3ForCausalLM,
    XLMRobertaConfig,
    XLMRobertaForSequenceClassification,
)

from tests.checkpoints import SMALL, WORDS, _config, _word_pieces

TEMPLATE = (
    "{% for message in messages %}{% if message.role == 'system' %}{{ message.content }} : {% endif %}"
    "{% if message.role == 'query' %}query : {{ message.content }} {% endif %}"
    "{% if message.role == 'document' %}on {{ message.content }} {% endif %}{% endfor %}yes no"
)
PAIRS = [
    ("how do i reset my password", "the cat sat on the mat"),
    ("a cat", ""),
    ("", "a dog"),
    ("怎么重置密码", "重置密码查询"),
    ("a dog", "the market rises " * 20),
    ("the market rises " * 20, "a dog"),
    ("🙂", "a dog [SEP] the cat"),
    ("a dog", "the market rises today"),
    ("a dog", "the market rises today"),
    *[("the cat", " ".join(WORDS[start : start + 5])) for start in range(12)],
]


def bert(folder: Path, *, labels: int = 1) -> Path:
    """BERT, two kinds of tokens, 24 tokens, the sigmoid that the library takes by itself."""
    vocabulary = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", *WORDS]
    model = BertForSequenceClassification(_config(BertConfig, vocabulary, num_labels=labels))
    return _save(folder, model, _paired(_word_pieces(vocabulary), "[CLS]", "[SEP]", second=1))


def xlm_roberta(folder: Path) -> Path:
    """XLM-R with two separators between the texts, and no activation."""
    vocabulary = ["<s>", "[PAD]", "</s>", "[UNK]", *WORDS]
    config = _config(XLMRobertaConfig, vocabulary, pad_token_id=1, max_position_embeddings=26, type_vocab_size=1,
                     num_labels=1)  # fmt: skip
    config.sentence_transformers = {"activation_fn": "torch.nn.modules.linear.Identity"}
    tokenizer = _word_pieces(vocabulary, cls="<s>", sep="</s>", inputs=["input_ids", "attention_mask"], length=24)
    return _save(folder, XLMRobertaForSequenceClassification(config), _paired(tokenizer, "<s>", "</s> </s>", second=0))


def modernbert(folder: Path) -> Path:
    """ModernBERT: rotary positions, no kinds of tokens."""
    vocabulary = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", *WORDS]
    special = {"pad_token_id": 0, "cls_token_id": 2, "sep_token_id": 3, "bos_token_id": 2, "eos_token_id": 3}
    config = _config(ModernBertConfig, vocabulary, **special, num_labels=1, global_attn_every_n_layers=2,
                     local_attention=8)  # fmt: skip
    tokenizer = _word_pieces(vocabulary, inputs=["input_ids", "attention_mask"])
    return _save(folder, ModernBertForSequenceClassification(config), _paired(tokenizer, "[CLS]", "[SEP]", second=0))


def qwen3(folder: Path) -> Path:
    """A decoder that is asked by a chat template, and whose score is the log-odds of yes against no."""
    vocabulary = ["[PAD]", "[UNK]", "<|end|>", *WORDS, "yes", "no"]
    config = Qwen3Config(**SMALL, vocab_size=len(vocabulary), num_key_value_heads=2, head_dim=8, pad_token_id=0)
    tokenizer = _word_pieces(vocabulary, cls="", sep="", inputs=["input_ids", "attention_mask"], side="left", length=64)
    tokenizer.chat_template = TEMPLATE
    plain = _save(folder, Qwen3ForCausalLM(config), tokenizer)
    yes, no = tokenizer.convert_tokens_to_ids(["yes", "no"])
    modules = [Transformer(str(plain), transformer_task="text-generation"), LogitScore(yes, no)]
    CrossEncoder(modules=modules, device="cpu").save_pretrained(str(folder / "model"))
    return folder / "model"


KINDS: dict[str, Callable[[Path], Path]] = {
    "bert": bert,
    "xlm-roberta": xlm_roberta,
    "modernbert": modernbert,
    "qwen3": qwen3,
}


def _paired(tokenizer: PreTrainedTokenizerFast, start: str, between: str, *, second: int) -> PreTrainedTokenizerFast:
    end = between.split()[0]
    pair = f"{start} $A {between} $B:{second} {end}:{second}"
    special = [(word, tokenizer.convert_tokens_to_ids(word)) for word in {start, end}]
    tokenizer.backend_tokenizer.post_processor = processors.TemplateProcessing(
        single=f"{start} $A {end}", pair=pair, special_tokens=special
    )
    return tokenizer


def _save(folder: Path, model: PreTrainedModel, tokenizer: PreTrainedTokenizerFast) -> Path:
    torch.manual_seed(5)
    for name, weight in model.named_parameters():  # biases too: they are noughts as made, and would not be missed
        if "norm" not in name.lower():
            torch.nn.init.normal_(weight, std=0.3)
    plain = folder / "plain"
    model.save_pretrained(plain)
    tokenizer.save_pretrained(plain)
    return plain
