import torch

from engine.weights.penalties import Penalty, evened, fisher

LINES = {"a": torch.tensor([1.0, 2.0]), "b": torch.tensor([3.0, 0.0])}


def test_the_information_of_a_linear_map_is_the_mean_square_of_its_inputs():
    weight = torch.zeros(4, 2, requires_grad=True)
    found = fisher(lambda texts: torch.stack([weight @ LINES[one] for one in texts]), {"w": weight}, ["a", "b"])
    # d vector_k / d w_kl = x_l, and 0 for the other rows: (1 + 9) / 2 and (4 + 0) / 2 in every row, whatever the signs
    assert torch.equal(found["w"], torch.tensor([[5.0, 2.0]]).repeat(4, 1))


def test_random_directions_give_the_information_without_bias_where_vectors_hang_together():
    shared = torch.tensor([2.0], requires_grad=True)
    tall = torch.tensor([1.0, 3.0])
    found = fisher(lambda texts: torch.stack([shared * tall for _ in texts]), {"w": shared}, ["a"] * 4000, seed=1)
    assert abs(float(found["w"]) - 10) < 0.5  # 1² + 3²; a single direction would give 4 or 16


def test_a_parameter_that_no_vector_hangs_on_has_no_information():
    weight, idle = torch.ones(2, 2, requires_grad=True), torch.ones(3, requires_grad=True)
    found = fisher(lambda texts: torch.stack([weight @ LINES[one] for one in texts]), {"w": weight, "i": idle}, ["a"])
    assert torch.equal(found["i"], torch.zeros(3))


def test_evened_information_has_a_mean_of_one_over_all_parameters():
    found = evened({"w": torch.tensor([[5.0, 2.0]]), "i": torch.tensor([0.0, 1.0])})
    assert torch.allclose(found["w"], torch.tensor([[2.5, 1.0]]))
    assert torch.allclose(found["i"], torch.tensor([0.0, 0.5]))


def test_penalties_and_their_slopes_are_those_of_the_formula():
    old, now = {"w": torch.tensor([1.0, 2.0])}, {"w": torch.tensor([1.5, 4.0], requires_grad=True)}
    plain, weighed = Penalty(old, 10.0), Penalty(old, 10.0, {"w": torch.tensor([2.0, 0.5])})
    assert float(plain(now)) == 10 * (0.25 + 4)
    assert float(weighed(now)) == 10 * (2 * 0.25 + 0.5 * 4)
    weighed(now).backward()
    assert torch.equal(now["w"].grad, torch.tensor([2 * 10 * 2 * 0.5, 2 * 10 * 0.5 * 2.0]))


def test_a_penalty_remembers_the_old_weights_where_they_are_trained_in_place():
    weight = torch.zeros(2, requires_grad=True)
    penalty = Penalty({"w": weight}, 1.0)
    with torch.no_grad():
        weight += 3
    assert float(penalty({"w": weight})) == 18
