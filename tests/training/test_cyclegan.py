"""The fast training step: its gradients are those of the straightforward one."""

from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn
from torch.nn.utils.parametrizations import spectral_norm

from training.cyclegan import Discriminators, Generators, build, frozen
from training.networks.discriminator import PatchDiscriminator, least_side
from training.networks.spectral import SpectralConv2d
from training.plain import PlainStep
from training.recipe import Recipe

Make = Callable[..., Recipe]


def gradients(module: nn.Module) -> dict[str, Tensor]:
    return {name: p.grad.clone() for name, p in module.named_parameters() if p.grad is not None}


def networks(recipe: Recipe) -> tuple[Generators, Discriminators]:
    torch.manual_seed(0)
    generators, discriminators = build(recipe)
    # In double precision, since the hourglasses' norms of four pixels blow single precision's rounding up to per cents.
    # In evaluation mode spectral norms stand still, however often a step looks at them.
    return generators.double().eval(), discriminators.double().eval()


def assert_same(ours: dict[str, Tensor], plain: dict[str, Tensor]) -> None:
    assert ours.keys() == plain.keys()
    for name, gradient in ours.items():
        scale = float(plain[name].abs().max()) + 1e-6
        torch.testing.assert_close(gradient, plain[name], rtol=1e-6, atol=1e-6 * scale, msg=name)


@pytest.mark.parametrize("changes", [{}, {"losses": {"cam": 0.0, "gan": "hinge"}}], ids=["report", "cam0-hinge"])
def test_its_gradients_equal_the_plain_steps(tiny_recipe: Make, changes: dict[str, object]) -> None:
    recipe = tiny_recipe(networks={"generator": "report"}, **changes)
    generators, discriminators = networks(recipe)
    real_a, real_b = torch.rand(2, 2, 3, 32, 32, dtype=torch.double) * 2 - 1
    made = generators(real_a, real_b, True)
    torch.autograd.backward(made.loss)
    assert gradients(discriminators) == {}
    ours = gradients(generators)
    judged = discriminators(real_a, made.fake_a, real_b, made.fake_b, False)
    generators.zero_grad(set_to_none=True)
    torch.autograd.backward(judged.loss)
    assert gradients(generators) == {}
    ours |= gradients(discriminators)

    generators.zero_grad(set_to_none=True)
    discriminators.zero_grad(set_to_none=True)
    plain = PlainStep(generators, discriminators, recipe)
    torch.autograd.backward(plain.discriminators_loss(real_a, real_b))
    of_discriminators = gradients(discriminators)
    generators.zero_grad(set_to_none=True)
    loss = plain.generators_loss(real_a, real_b)
    torch.autograd.backward(loss)
    torch.testing.assert_close(made.loss, loss)
    unused = [name for name, p in generators.named_parameters() if p.grad is None]
    assert len(unused) == 2 * 56
    assert all("shortcut" in name for name in unused)
    assert_same(ours, gradients(generators) | of_discriminators)


def test_a_spectral_convolution_is_torchs_own_with_less_work() -> None:
    torch.manual_seed(0)
    ours = SpectralConv2d(6, 10, kernel_size=4, stride=2, padding=1).double().eval()
    theirs = nn.Conv2d(6, 10, kernel_size=4, stride=2, padding=1).double()
    theirs.load_state_dict({"weight": ours.weight.detach(), "bias": ours.bias.detach()})  # type: ignore[union-attr]
    spectral_norm(theirs)
    vectors = {"parametrizations.weight.0._u": ours.u, "parametrizations.weight.0._v": ours.v}
    theirs.load_state_dict(vectors, strict=False)
    picture = torch.randn(2, 6, 16, 16, dtype=torch.double)
    answers = [module.eval()(picture) for module in (ours, theirs)]
    torch.testing.assert_close(*answers)
    for answer in answers:
        answer.square().sum().backward()
    expected = gradients(theirs)
    torch.testing.assert_close(ours.weight.grad, expected["parametrizations.weight.original"])
    torch.testing.assert_close(gradients(ours)["bias"], expected["bias"])


def test_a_spectral_convolution_follows_its_weight() -> None:
    torch.manual_seed(0)
    convolution = SpectralConv2d(6, 10, kernel_size=4)
    with torch.no_grad():
        convolution.weight.copy_(torch.randn_like(convolution.weight))
        for _ in range(60):
            convolution(torch.zeros(1, 6, 4, 4))
    largest = torch.linalg.svdvals(convolution.weight.detach().flatten(1))[0]
    torch.testing.assert_close(convolution.norm().detach(), largest, rtol=1e-3, atol=0)


def test_every_parameter_gets_a_gradient_even_where_no_loss_asks_for_it(tiny_recipe: Make) -> None:
    generators, discriminators = networks(tiny_recipe(losses={"cam": 0.0, "identity": 0.0}))
    real_a, real_b = torch.rand(2, 1, 3, 32, 32, dtype=torch.double) * 2 - 1
    made = generators(real_a, real_b, False)
    torch.autograd.backward(made.loss)
    torch.autograd.backward(discriminators(real_a, made.fake_a, real_b, made.fake_b, False).loss)
    assert [name for net in (generators, discriminators) for name, p in net.named_parameters() if p.grad is None] == []


def test_frozen_discriminators_pass_gradients_and_keep_their_spectral_norms() -> None:
    torch.manual_seed(0)
    discriminator = PatchDiscriminator(4, 4).train()
    picture = torch.rand(1, 3, 32, 32, requires_grad=True)
    before = {name: value.clone() for name, value in discriminator.state_dict().items()}
    with frozen(discriminator):
        torch.autograd.backward(discriminator(picture)[0].mean())
    assert picture.grad is not None
    assert picture.grad.abs().max() > 0
    assert all(p.grad is None and p.requires_grad for p in discriminator.parameters())
    assert discriminator.training
    assert all(torch.equal(value, before[name]) for name, value in discriminator.state_dict().items())


def test_the_attention_map_uses_the_normalised_weights_of_the_classifiers() -> None:
    torch.manual_seed(0)
    discriminator = PatchDiscriminator(4, 4)
    pictures = torch.rand(1, 3, 32, 32)
    for _ in range(20):
        discriminator(pictures)
    discriminator.eval()
    seen: list[Tensor] = []
    discriminator.mix.register_forward_hook(lambda layer, inputs, output: seen.append(inputs[0]))
    discriminator(pictures)
    features = discriminator.features(pictures)
    # A row vector's spectral norm is its length.
    raw = discriminator.average.parametrizations.weight.original  # type: ignore[union-attr]
    assert isinstance(raw, Tensor)
    assert not torch.allclose(raw.norm(), torch.tensor(1.0), atol=0.05)
    expected = features * (raw / raw.norm())[:, :, None, None]
    torch.testing.assert_close(seen[0][:, : features.shape[1]], expected, rtol=1e-3, atol=1e-4)


@pytest.mark.parametrize(("layers", "convolutions"), [(7, 7), (5, 5)])
def test_a_discriminator_has_as_many_4x4_convolutions_as_it_has_layers(layers: int, convolutions: int) -> None:
    discriminator = PatchDiscriminator(2, layers)
    found = [module for module in discriminator.modules() if isinstance(module, nn.Conv2d)]
    assert sum(module.kernel_size == (4, 4) for module in found) == convolutions
    side = least_side(layers)
    assert discriminator(torch.zeros(1, 3, side, side))[0].shape[0] == 1
    with pytest.raises(RuntimeError):
        discriminator(torch.zeros(1, 3, side // 2, side // 2))


def test_gradients_of_the_small_generators_against_projected_discriminators_reach_everything(
    tiny_recipe: Make, borrowed: Callable[[str], None]
) -> None:
    borrowed("EFFICIENTNET_LITE0")
    networks_of = {"generator": "small", "discriminator": "projected", "discriminator_width": 8}
    recipe = tiny_recipe(data={"size": 64, "load_size": 64}, networks=networks_of, losses={"gan": "hinge", "r1": 1.0})
    generators, discriminators = networks(recipe)
    trunk = {name for name, _ in discriminators.named_parameters() if ".trunk." in name or "mixers" in name}
    real_a, real_b = torch.rand(2, 2, 3, 64, 64, dtype=torch.double) * 2 - 1
    made = generators(real_a, real_b, True)
    torch.autograd.backward(made.loss)
    torch.autograd.backward(discriminators(real_a, made.fake_a, real_b, made.fake_b, True).loss)
    assert trunk
    assert {name for name, p in discriminators.named_parameters() if p.grad is None} == trunk
    assert all(p.grad is not None for p in generators.parameters())


def test_likeness_is_a_loss_with_a_gradient_that_prefers_the_same_person(
    tiny_recipe: Make, borrowed: Callable[[str], None]
) -> None:
    import onnxruntime
    import skimage.data

    from training.networks.arcface import ArcFace, FaceDistance
    from training.weights import ARCFACE, fetch

    borrowed("ARCFACE")
    faces = torch.rand(1, 3, 112, 112) * 2 - 1
    session = onnxruntime.InferenceSession(str(fetch(ARCFACE)), providers=["CPUExecutionProvider"])
    expected = torch.from_numpy(session.run(None, {session.get_inputs()[0].name: faces.numpy()})[0])
    torch.testing.assert_close(ArcFace()(faces), nn.functional.normalize(expected), rtol=1e-3, atol=1e-4)

    # The astronaut's eyes are about 0.24 of this square apart.
    whole = skimage.data.astronaut()  # type: ignore[no-untyped-call]
    photo = torch.from_numpy(whole[10:240, 110:340].copy()).permute(2, 0, 1)[None] / 127.5 - 1
    distance = FaceDistance()
    drawing = (photo * 0.7 + 0.1).requires_grad_()
    loss = distance(photo, drawing)
    torch.autograd.backward(loss)
    assert drawing.grad is not None
    assert drawing.grad.abs().max() > 0
    assert loss < 0.5 < distance(photo, torch.flip(photo, (2,)))
