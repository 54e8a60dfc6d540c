"""A BERT tagger as an ONNX graph, node by node, in the fused operators of ONNX Runtime.

Nothing is left to optimise when it is loaded: attention is one operator with one product for
queries, keys and values, and biases are part of what follows them. It has no padding and so no
mask: all windows of a batch are of one length. Large weights are stored in float16.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import numpy.typing as npt
import onnx
from onnx import TensorProto, helper, numpy_helper
from onnxruntime.quantization import QuantType, quantize_dynamic
from transformers import BertForTokenClassification

from fazhi.errors import FazhiError

_OPSET, _IR_VERSION = 18, 9  # what ONNX Runtime 1.17 reads
_FUSED = "com.microsoft"
_LARGE = 4096  # elements; smaller tensors stay float32 in the file
Array = npt.NDArray[np.float32]


def save(model: BertForTokenClassification, path: Path) -> None:
    """Write the model to ``path``: ``input_ids`` in, ``logits`` out, tags last."""
    content = build(model)
    store_in_half(content)
    onnx.checker.check_model(content)
    onnx.save(content, path)


def save_int8(model: BertForTokenClassification, path: Path) -> None:
    """Write it with weights of seven bits a channel, and activations made integers as they come.

    The eighth bit would overflow in the sums of processors without VNNI. The products behind GELU
    in the later half of the layers stay as they are: their few large inputs cost the small ones
    their precision, and with them F1.
    """
    content = build(model)
    layers = model.config.num_hidden_layers
    kept = [f"bert.encoder.layer.{layer}.output.dense" for layer in range(layers // 2, layers)]
    helper.set_model_props(content, {"onnx.quant.pre_process": "onnxruntime.quant"})  # it is fused
    onnx.save(content, path)
    quantize_dynamic(
        path,
        path,
        op_types_to_quantize=["MatMul"],
        nodes_to_exclude=kept,
        weight_type=QuantType.QInt8,
        per_channel=True,
        reduce_range=True,
        extra_options={"MatMulConstBOnly": True, "DefaultTensorType": TensorProto.FLOAT},
    )
    content = onnx.load(path)
    store_in_half(content)
    onnx.save(content, path)


def build(model: BertForTokenClassification) -> onnx.ModelProto:
    """The graph in float32. Raises FazhiError for a BERT with another activation than GELU."""
    config = model.config
    if config.hidden_act != "gelu":
        raise FazhiError(f"activation {config.hidden_act!r} of the encoder; fazhi exports 'gelu'")
    state = {name: tensor.numpy() for name, tensor in model.float().state_dict().items()}
    nodes = _Nodes(state)
    epsilon = config.layer_norm_eps
    x = _embedded(nodes, epsilon)
    for layer in range(config.num_hidden_layers):
        prefix = f"bert.encoder.layer.{layer}"
        heard = _attention(nodes, x, f"{prefix}.attention", config.num_attention_heads)
        x = nodes.residual(heard, x, f"{prefix}.attention.output", epsilon)
        wide = nodes.product(x, f"{prefix}.intermediate.dense")
        bias = nodes.constant(state[f"{prefix}.intermediate.dense.bias"])
        wide = nodes.add("BiasGelu", wide, bias, domain=_FUSED)
        x = nodes.residual(wide, x, f"{prefix}.output", epsilon)
    logits = nodes.product(x, "classifier")
    nodes.add("Add", logits, nodes.constant(state["classifier.bias"]), output="logits")
    axes = ["windows", "tokens"]
    graph = helper.make_graph(
        nodes.nodes,
        "tagger",
        [helper.make_tensor_value_info("input_ids", TensorProto.INT64, axes)],
        [helper.make_tensor_value_info("logits", TensorProto.FLOAT, [*axes, config.num_labels])],
        nodes.constants,
    )
    operators = [helper.make_opsetid("", _OPSET), helper.make_opsetid(_FUSED, 1)]
    return helper.make_model(graph, opset_imports=operators, ir_version=_IR_VERSION)


class _Nodes:
    """Nodes and constants of a graph as it grows; each method returns the name of its output."""

    def __init__(self, state: Mapping[str, Array]) -> None:
        self.state = state
        self.nodes: list[onnx.NodeProto] = []
        self.constants: list[onnx.TensorProto] = []

    def constant(self, value: npt.NDArray[np.generic]) -> str:
        name = f"constant_{len(self.constants)}"
        self.constants.append(numpy_helper.from_array(np.ascontiguousarray(value), name))
        return name

    def add(self, kind: str, *inputs: str, output: str = "", **attributes: object) -> str:
        output = output or f"{kind.lower()}_{len(self.nodes)}"
        self.nodes.append(helper.make_node(kind, inputs, [output], **attributes))
        return output

    def product(self, x: str, dense: str) -> str:
        """``x`` times the weight of a dense layer, without its bias; named as the layer is."""
        weight = self.constant(self.state[f"{dense}.weight"].T)
        return self.add("MatMul", x, weight, name=dense)

    def norm(self, name: str) -> tuple[str, str]:
        """Scale and offset of a LayerNorm."""
        weight, bias = self.state[f"{name}.weight"], self.state[f"{name}.bias"]
        return self.constant(weight), self.constant(bias)

    def residual(self, x: str, before: str, output: str, epsilon: float) -> str:
        """A dense layer on ``x``, added to ``before`` and normalised."""
        product = self.product(x, f"{output}.dense")
        norm = self.norm(f"{output}.LayerNorm")
        bias = self.constant(self.state[f"{output}.dense.bias"])
        return self.add(
            "SkipLayerNormalization", product, before, *norm, bias, domain=_FUSED, epsilon=epsilon
        )


def _embedded(nodes: _Nodes, epsilon: float) -> str:
    prefix = "bert.embeddings"
    words = nodes.constant(nodes.state[f"{prefix}.word_embeddings.weight"])
    words = nodes.add("Gather", words, "input_ids")
    places = nodes.constant(nodes.state[f"{prefix}.position_embeddings.weight"])
    size = nodes.add("Shape", "input_ids", start=1, end=2)
    places = nodes.add("Slice", places, nodes.constant(np.array([0])), size)
    kind = nodes.constant(nodes.state[f"{prefix}.token_type_embeddings.weight"][0])
    total = nodes.add("Add", words, nodes.add("Add", places, kind))
    return nodes.add(
        "LayerNormalization", total, *nodes.norm(f"{prefix}.LayerNorm"), epsilon=epsilon
    )


def _attention(nodes: _Nodes, x: str, prefix: str, heads: int) -> str:
    parts = [f"{prefix}.self.{name}" for name in ("query", "key", "value")]
    weight = np.concatenate([nodes.state[f"{part}.weight"].T for part in parts], axis=1)
    bias = np.concatenate([nodes.state[f"{part}.bias"] for part in parts])
    product = nodes.add("MatMul", x, nodes.constant(weight))
    split = [f"{product}_{name}" for name in "qkv"]
    nodes.nodes.append(helper.make_node("Split", [product], split, axis=2, num_outputs=3))
    return nodes.add(
        "MultiHeadAttention", *split, nodes.constant(bias), domain=_FUSED, num_heads=heads
    )


def store_in_half(model: onnx.ModelProto) -> None:
    """Store large float32 weights as float16, each cast back by a node that runs once at load."""
    graph = model.graph
    casts = []
    for tensor in graph.initializer:
        if tensor.data_type != TensorProto.FLOAT or np.prod(tensor.dims) < _LARGE:
            continue
        name = tensor.name
        half = numpy_helper.to_array(tensor).astype(np.float16)
        tensor.CopyFrom(numpy_helper.from_array(half, f"{name}_half"))
        casts.append(helper.make_node("Cast", [f"{name}_half"], [name], to=TensorProto.FLOAT))
    nodes = [*casts, *graph.node]
    del graph.node[:]
    graph.node.extend(nodes)
