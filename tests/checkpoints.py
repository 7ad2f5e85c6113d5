"""Small models with random weights, written the way the hub lays them out."""

import json
import os
from collections.abc import Callable, Sequence
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file
from sentence_transformers import MultiVectorEncoder, SentenceTransformer, SparseEncoder
from sentence_transformers.base.modules import Dense, Normalize, Transformer
from sentence_transformers.multi_vector_encoder.modules import HierarchicalTokenPooling, MultiVectorMask
from sentence_transformers.sentence_transformer.modules import Pooling, StaticEmbedding
from sentence_transformers.sparse_encoder.modules import SpladePooling
from tokenizers import Tokenizer, models, pre_tokenizers, processors
from transformers import (
    BertConfig,
    BertForMaskedLM,
    BertModel,
    ErnieConfig,
    ErnieModel,
    Gemma3TextConfig,
    Gemma3TextModel,
    GPT2Config,
    GPT2Model,
    ModernBertConfig,
    ModernBertModel,
    MPNetConfig,
    MPNetModel,
    PreTrainedModel,
    PreTrainedTokenizerFast,
    Qwen3Config,
    Qwen3Model,
    XLMRobertaConfig,
    XLMRobertaModel,
)

SENTENCES = "the a cat dog sat on mat market rises today how do i reset my password query : 怎 么 重 置 密 码 查 询 ："
os.environ["OMP_NUM_THREADS"] = "1"  # two threads would only wait for each other on layers this small
torch.set_num_threads(1)

WORDS = SENTENCES.split()
SMALL = {"hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 4, "intermediate_size": 64}
TEXTS = [
    "the cat sat on the mat",
    "",
    "a dog",
    "怎么重置密码",
    "how do i reset my password today",
    "the market rises " * 20,
    "🙂",
    "a dog",
    "  the  cat ",
]


def bert(folder: Path, pooling: str = "mean", **kwargs) -> Path:
    """BERT; right padding, a word-piece tokenizer, 24 tokens."""
    vocabulary = [
        "[PAD]",
        "[UNK]",
        "[CLS]",
        "[SEP]",
        *WORDS,
        *"abcdefghijklmnopqrstuvwxyz",
        *(f"##{c}" for c in "aeiost"),
    ]
    return _save(folder, BertModel(_config(BertConfig, vocabulary)), _word_pieces(vocabulary), pooling, **kwargs)


def ernie(folder: Path) -> Path:
    """BERT with an embedding of the task besides, all texts being of the first."""
    vocabulary = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", *WORDS]
    model = ErnieModel(_config(ErnieConfig, vocabulary, use_task_id=True))
    return _save(folder, model, _word_pieces(vocabulary), "max")


def mpnet(folder: Path) -> Path:
    """MPNet: positions begin behind the padding index, no token types."""
    vocabulary = ["<s>", "[PAD]", "</s>", "[UNK]", *WORDS]
    config = _config(MPNetConfig, vocabulary, pad_token_id=1, max_position_embeddings=26)
    tokenizer = _word_pieces(vocabulary, cls="<s>", sep="</s>", inputs=["input_ids", "attention_mask"])
    return _save(folder, MPNetModel(config), tokenizer, "mean")


def xlm_roberta(folder: Path) -> Path:
    """XLM-R with a limit of 26 tokens over 26 positions, of which two are out of reach."""
    vocabulary = ["<s>", "[PAD]", "</s>", "[UNK]", *WORDS]
    config = _config(XLMRobertaConfig, vocabulary, pad_token_id=1, max_position_embeddings=26, type_vocab_size=1)
    tokenizer = _word_pieces(vocabulary, cls="<s>", sep="</s>", inputs=["input_ids", "attention_mask"], length=26)
    return _save(folder, XLMRobertaModel(config), tokenizer, "mean", normalize=True)


def qwen3(folder: Path) -> Path:
    """A decoder: left padding, the last token's vector, an instruction before queries."""
    vocabulary = ["[PAD]", "[UNK]", "<|end|>", *WORDS]
    config = Qwen3Config(**SMALL, vocab_size=len(vocabulary), num_key_value_heads=2, head_dim=8, pad_token_id=0)
    tokenizer = _word_pieces(vocabulary, cls="", sep="<|end|>", inputs=["input_ids", "attention_mask"], side="left")
    prompts = {"query": "the query : ", "document": ""}
    return _save(folder, Qwen3Model(config), tokenizer, "lasttoken", normalize=True, prompts=prompts)


def gpt2(folder: Path) -> Path:
    """A decoder with a table of positions and left padding, the last token's vector."""
    vocabulary = ["[PAD]", "[UNK]", "<|end|>", *WORDS]
    config = GPT2Config(vocab_size=len(vocabulary), n_embd=32, n_layer=2, n_head=4, n_positions=24, pad_token_id=0)
    tokenizer = _word_pieces(vocabulary, cls="", sep="<|end|>", inputs=["input_ids", "attention_mask"], side="left")
    return _save(folder, GPT2Model(config), tokenizer, "lasttoken")


def modernbert(folder: Path) -> Path:
    """ModernBERT: rotary positions, attention that is local in one layer of two, no token types."""
    vocabulary = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", *WORDS]
    special = {"pad_token_id": 0, "cls_token_id": 2, "sep_token_id": 3, "bos_token_id": 2, "eos_token_id": 3}
    layers = {"global_attn_every_n_layers": 2, "local_attention": 8}
    config = _config(ModernBertConfig, vocabulary, **special, **layers)
    tokenizer = _word_pieces(vocabulary, inputs=["input_ids", "attention_mask"])
    return _save(folder, ModernBertModel(config), tokenizer, "cls")


def gemma(folder: Path) -> Path:
    """EmbeddingGemma's shape: a decoder whose tokens see both ways, mean, a dense layer, prompts on both sides."""
    vocabulary = ["[PAD]", "[UNK]", "<bos>", "<eos>", *WORDS]
    config = Gemma3TextConfig(
        **SMALL, vocab_size=len(vocabulary), num_key_value_heads=1, head_dim=8, pad_token_id=0, bos_token_id=2,
        eos_token_id=3, use_bidirectional_attention=True, sliding_window=8, max_position_embeddings=24,
    )  # fmt: skip
    tokenizer = _word_pieces(vocabulary, cls="<bos>", sep="<eos>", inputs=["input_ids", "attention_mask"])
    prompts = {"query": "the query : ", "document": "a mat : "}
    return _save(folder, Gemma3TextModel(config), tokenizer, "mean", dense=24, normalize=True, prompts=prompts)


def splade(folder: Path) -> Path:
    """A masked language model whose logits are pooled into one weight per word piece."""
    vocabulary = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *WORDS]
    torch.manual_seed(3)
    model = BertForMaskedLM(_config(BertConfig, vocabulary))
    for weight in model.parameters():
        torch.nn.init.normal_(weight, std=0.3)
    plain = folder / "plain"
    model.save_pretrained(plain)
    _word_pieces(vocabulary).save_pretrained(plain)
    modules = [Transformer(str(plain), transformer_task="fill-mask"), SpladePooling("max")]
    SparseEncoder(modules=modules, prompts={"query": "query : "}, device="cpu").save_pretrained(str(folder / "model"))
    return folder / "model"


def static(folder: Path) -> Path:
    """A table of token vectors, no transformer."""
    tokenizer = _word_pieces(["[PAD]", "[UNK]", *WORDS], cls="", sep="")
    torch.manual_seed(0)
    module = StaticEmbedding(tokenizer, embedding_dim=16)
    SentenceTransformer(modules=[module], device="cpu").save_pretrained(str(folder))
    return folder


def bert_with_head(folder: Path) -> Path:
    """BERT, mean, a dense layer to 48 dimensions, normalised; prompts on both sides."""
    return bert(folder, dense=48, normalize=True, prompts={"query": "query : ", "passage": "a "})


def colbert(folder: Path) -> Path:
    """BERT as the library saves late interaction: queries filled up with masks unseen, no punctuation in documents."""
    return _late(folder, _bert_with_marks(folder), query_expansion={"strategy": "fixed", "length": 12})


def modern_colbert(folder: Path) -> Path:
    """ModernBERT, queries filled up to a least length with masks that are seen, documents' vectors pooled."""
    return _late(
        folder,
        modernbert(folder / "base").parent / "plain",
        query_expansion={"strategy": "min", "length": 9, "attend": True, "token": "[UNK]"},
        pooled=2,
    )


def pylate(folder: Path) -> Path:
    """BERT as PyLate 1 to 3 saves it: two modules, everything else in one file of settings."""
    place = _late(folder, _bert_with_marks(folder))
    (place / "2_MultiVectorMask").rename(folder / "mask")
    kinds = ["sentence_transformers.models.Transformer", "pylate.models.Dense.Dense"]
    listed = [{"idx": at, "name": str(at), "path": path, "type": kinds[at]} for at, path in enumerate(["", "1_Dense"])]
    (place / "modules.json").write_text(json.dumps(listed))
    settings = {
        "model_type": "ColBERT", "query_prefix": "[Q] ", "document_prefix": "[D] ", "query_length": 10,
        "document_length": 18, "attend_to_expansion_tokens": False, "skiplist_words": [":", "："],
    }  # fmt: skip
    (place / "config_sentence_transformers.json").write_text(json.dumps(settings))
    (place / "sentence_bert_config.json").write_text(json.dumps({"max_seq_length": 24}))
    dense = {"in_features": 32, "out_features": 16, "bias": False,
             "activation_function": "torch.nn.modules.linear.Identity"}  # fmt: skip
    (place / "1_Dense" / "config.json").write_text(json.dumps(dense))
    return place


def stanford(folder: Path) -> Path:
    """BERT as the authors of ColBERT save it: the projection among the weights, settings in artifact.metadata."""
    plain = _bert_with_marks(folder)
    weights = {f"bert.{name}": one for name, one in load_file(plain / "model.safetensors").items()}
    torch.manual_seed(5)
    save_file({**weights, "linear.weight": torch.randn(16, 32)}, plain / "model.safetensors", {"format": "pt"})
    config = json.loads((plain / "config.json").read_text()) | {"architectures": ["HF_ColBERT"]}
    (plain / "config.json").write_text(json.dumps(config))
    settings = {"query_maxlen": 11, "doc_maxlen": 20, "attend_to_mask_tokens": True, "query_token_id": "[unused0]"}
    (plain / "artifact.metadata").write_text(json.dumps(settings))
    return plain


def _bert_with_marks(folder: Path) -> Path:
    """BERT with words for [MASK] and for the marks of the two sides, as the transformers library saves it."""
    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "[unused0]", "[unused1]", *WORDS]
    tokenizer = _word_pieces(words)
    tokenizer.add_special_tokens({"mask_token": "[MASK]"})
    torch.manual_seed(6)
    model = BertModel(_config(BertConfig, words))
    for name, weight in model.named_parameters():  # as drawn, tokens would hardly differ
        if "LayerNorm" not in name:
            torch.nn.init.normal_(weight, std=0.2)
    model.save_pretrained(folder / "base" / "plain")
    tokenizer.save_pretrained(folder / "base" / "plain")
    return folder / "base" / "plain"


def _late(folder: Path, plain: Path, *, pooled: int = 0, **settings) -> Path:
    torch.manual_seed(4)
    modules = [
        Transformer(str(plain), document_length=20, **settings),
        Dense(32, 16, bias=False, activation_function=torch.nn.Identity(), module_input_name="token_embeddings"),
        MultiVectorMask(skiplist_words=[":", "："]),
        Normalize(module_input_name="token_embeddings"),
    ]
    modules += [HierarchicalTokenPooling(pooled)] if pooled else []
    prompts = {"query": "the ", "document": "a "}
    MultiVectorEncoder(modules=modules, prompts=prompts, device="cpu").save_pretrained(str(folder / "model"))
    return folder / "model"


LATE: dict[str, Callable[[Path], Path]] = {
    "library": colbert,
    "library, pooled": modern_colbert,
    "pylate": pylate,
    "stanford": stanford,
}
"""Late interaction models in each of the layouts that the library reads."""

KINDS: dict[str, Callable[[Path], Path]] = {
    "bert mean": bert,
    "bert cls": lambda folder: bert(folder, "cls", normalize=True, prompts={"query": "查询："}),
    "bert with a head": bert_with_head,
    "ernie": ernie,
    "gemma": gemma,
    "modernbert": modernbert,
    "mpnet": mpnet,
    "xlm-roberta": xlm_roberta,
    "qwen3": qwen3,
    "static": static,
}


def _config(kind, vocabulary: Sequence[str], **more):
    return kind(**SMALL | {"vocab_size": len(vocabulary), "max_position_embeddings": 24} | more)


def _word_pieces(vocabulary, cls="[CLS]", sep="[SEP]", inputs=None, side="right", length=24) -> PreTrainedTokenizerFast:
    numbers = {word: number for number, word in enumerate(vocabulary)}
    backend = Tokenizer(models.WordPiece(numbers, unk_token="[UNK]", max_input_chars_per_word=50))
    backend.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    special = [(word, numbers[word]) for word in (cls, sep) if word]
    if special:
        backend.post_processor = processors.TemplateProcessing(single=f"{cls} $A {sep}".strip(), special_tokens=special)
    words = (
        {"pad_token": "[PAD]", "unk_token": "[UNK]"}
        | ({"cls_token": cls} if cls else {})
        | ({"sep_token": sep} if sep else {})
    )
    more = {"model_input_names": inputs} if inputs else {}
    return PreTrainedTokenizerFast(
        tokenizer_object=backend, model_max_length=length, padding_side=side, **words, **more
    )


def _save(
    folder: Path, model: PreTrainedModel, tokenizer, pooling: str, *, dense=0, normalize=False, prompts=None
) -> Path:
    torch.manual_seed(sum(map(ord, pooling)) + dense)
    for weight in model.parameters():
        torch.nn.init.normal_(weight, std=0.3)
    plain = folder / "plain"
    model.save_pretrained(plain)
    tokenizer.save_pretrained(plain)
    modules = [Transformer(str(plain)), Pooling(32, pooling)]
    modules += [Dense(32, dense)] if dense else []
    modules += [Normalize()] if normalize else []
    SentenceTransformer(modules=modules, prompts=prompts, device="cpu").save_pretrained(str(folder / "model"))
    return folder / "model"
