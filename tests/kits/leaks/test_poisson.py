import numpy as np

from ringar_kits.leaks.poisson import fit_poisson


def test_a_fit_finds_the_powers_that_made_the_counts() -> None:
    rng = np.random.default_rng(1)
    design = np.stack([np.ones(40_000), rng.normal(size=40_000), rng.normal(size=40_000)], axis=1)
    exposure = rng.uniform(0.1, 2.0, 40_000)
    counts = rng.poisson(exposure * np.exp(design @ [-1.5, 0.7, -0.3])).astype(float)
    found = fit_poisson(design, counts, exposure, np.ones(40_000), np.full(3, 1e-6))
    assert np.allclose(found.beta, [-1.5, 0.7, -0.3], atol=0.04)
    assert np.all(np.sqrt(np.diag(found.covariance)) < 0.03)


def test_rows_that_stand_for_many_count_as_many() -> None:
    design = np.array([[1.0, 0.0], [1.0, 1.0], [1.0, 1.0]])
    few = fit_poisson(
        design, np.array([1.0, 4.0, 0.0]), np.ones(3), np.array([1.0, 1.0, 3.0]), np.full(2, 1e-9)
    )
    assert np.allclose(np.exp([few.beta[0], few.beta.sum()]), [1.0, 1.0], atol=1e-3)


def test_a_ridge_draws_to_nothing() -> None:
    design = np.array([[1.0, 0.0], [1.0, 1.0]])
    free, held = (
        fit_poisson(design, np.array([10.0, 40.0]), np.ones(2), np.ones(2), np.array([1e-6, ridge])).beta[1]
        for ridge in (1e-6, 1e6)
    )
    assert abs(free - np.log(4)) < 1e-3
    assert abs(held) < 1e-3
