"""Makes Tests/EvaluationTests/Fixtures: what lm-evaluation-harness asks and how it counts, and Python's own drawing.

Needs: lm_eval, datasets (Benchmarks/eval/requirements.txt). Run: evaluation.py --out Tests/EvaluationTests/Fixtures

questions.json: of the rows in Benchmarks/eval/data, the texts that the harness sends to a model, by its own task files.
gsm8k.json: answers, and what its filters and its exact match make of them. random.json: random.Random(1234).sample.
hellaswag.json: texts and what its preprocessing leaves of them; and str.capitalize.
"""

import argparse
import importlib.machinery
import importlib.metadata
import importlib.util
import json
import os
import pathlib
import random
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
TASKS = [
    "arc_easy:0", "arc_challenge:3", "hellaswag:0", "hellaswag:4", "winogrande:0", "winogrande:3", "winogrande:12", "mmlu:0",
    "mmlu:5", "gsm8k:0", "gsm8k:5", "humaneval:0", "mbpp:3"]
ROWS = 6


def load_compare():
    sys.dont_write_bytecode = True
    loader = importlib.machinery.SourceFileLoader("compare_lm_eval", str(ROOT / "Benchmarks/eval/compare-lm-eval"))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader("compare_lm_eval", loader))
    loader.exec_module(module)
    return module


def questions():
    from lm_eval.tasks import TaskManager, get_task_dict

    compare, result = load_compare(), []
    for task in TASKS:
        name, shots = task.split(":")
        with tempfile.TemporaryDirectory() as folder:
            made = compare.TaskFiles(ROOT / "Benchmarks/eval/data", pathlib.Path(folder)).make(name)
            manager = TaskManager(include_path=folder, include_defaults=False)
            for own, places in made.items():
                loaded = get_task_dict([own], manager)[own]
                loaded.set_config(key="num_fewshot", value=int(shots))
                loaded.set_fewshot_seed(seed=1234)
                loaded.build_all_requests()
                rows = {}
                for request in loaded.instances:
                    rows.setdefault(request.doc_id, []).append(list(request.args[:2]))
                for number, requests in list(rows.items())[:ROWS]:
                    place = places[number] if places else number
                    if loaded.OUTPUT_TYPE == "generate_until":
                        requests = [[requests[0][0]]]
                    result.append({"task": name, "shots": int(shots), "row": place, "requests": requests})
    return result


def gsm8k():
    from lm_eval.api.metrics import exact_match_hf_evaluate
    from lm_eval.filters.extraction import RegexFilter

    filters = [RegexFilter(r"#### (\-?[0-9\.\,]+)"), RegexFilter(r"(-?[$0-9.,]{2,})|(-?[0-9]+)", group_select=-1)]
    ignored = [",", "\\$", "(?s).*#### ", "\\.$"]
    chance, texts = random.Random(3), []
    parts = ["#### ", "42", "-7", "$", "1,234", ".", ",", " ", "\n", "3.50", "is", "#### -", "$18.00", "–", "5 ", "-", "é", "٣"]
    for _ in range(300):
        texts.append("".join(chance.choice(parts) for _ in range(chance.randrange(9))))
    golds = ["So 6*7=42.\n#### 42", "x\n#### 1,234", "#### -7", "#### 3.50", "#### 5", "a #### 5\n#### 18.00", "#### 42."]
    rows = []
    for number, text in enumerate(texts):
        gold = chance.choice(golds)
        if number % 3 == 0:  # right ones would be rare else
            text += chance.choice(["#### ", "so ", "$"]) + gold.split("#### ")[-1] + chance.choice(["", ".", "\n", " apples", ". 7"])
        found = [f.apply([[text]], [{}])[0][0] for f in filters]
        scores = [exact_match_hf_evaluate([f], [gold], ignored, True)["exact_match"] for f in found]
        rows.append({"answer": text, "gold": gold, "scores": [float(score) for score in scores]})
    return rows


def draws():
    rows = []
    for population, count in [(8, 3), (21, 5), (22, 5), (22, 1), (8, 8), (85, 6), (84, 6), (1119, 25), (40000, 11), (7473, 5)]:
        generator = random.Random(1234)
        rows.append({"population": population, "count": count,
                     "draws": [generator.sample(range(population), count) for _ in range(4)]})
    return rows


def hellaswag():
    import lm_eval

    path = pathlib.Path(lm_eval.__file__).parent / "tasks/hellaswag/utils.py"
    spec = importlib.util.spec_from_file_location("hellaswag", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    chance, rows = random.Random(4), []
    parts = ["[title]", " [title]", "[", "]", "  ", " ", "a", "ΑΣ", "ß", "İ", "ǆ", "\n", "[step]", "\x1f", "\u2003", "Σ.", "THE", "é"]
    for _ in range(200):
        text = "".join(chance.choice(parts) for _ in range(chance.randrange(10)))
        rows.append({"text": text, "cleaned": module.preprocess(text), "capitalized": text.capitalize()})
    return rows


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=pathlib.Path, required=True)
    out = parser.parse_args().out
    out.mkdir(parents=True, exist_ok=True)
    note = f"Tests/Oracles/evaluation.py, lm_eval {importlib.metadata.version('lm_eval')}, Python {sys.version.split()[0]}"
    with tempfile.TemporaryDirectory() as home:
        os.environ |= {"HF_HOME": home, "HF_DATASETS_OFFLINE": "1", "HF_HUB_OFFLINE": "1", "LMEVAL_LOG_LEVEL": "ERROR"}
        for name, make in (("questions", questions), ("gsm8k", gsm8k), ("random", draws), ("hellaswag", hellaswag)):
            text = json.dumps({"made_by": note, "rows": make()}, ensure_ascii=False, indent=0)
            (out / f"{name}.json").write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
