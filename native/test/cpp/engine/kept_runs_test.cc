#include <ATen/ATen.h>

#include "check.h"
#include "devices/recorder.h"
#include "engine/cases.h"
#include "engine/weights.h"
#include "pretend_device/pretend_device.h"

namespace autocircuit::test {
namespace {

std::shared_ptr<KeptRun> kept_run(const Setting& s) {
  ForwardRequest keep;
  keep.tokens = s.clean;
  keep.keep_run = true;
  return s.model.forward(keep).run;
}

}  // namespace

TEST_IN_PARTS("a kept run is a starting point that changes nothing, for one mask and for several", 3) {
  for_each_case([](const Setting& s, const GraphKind& kind, const std::string& name) {
    const PatchGraph graph = graph_of(s, kind);
    if (!graph.factorized) return;
    const auto ablation = s.ablation(graph);
    const std::shared_ptr<KeptRun> run = kept_run(s);
    for (const PatchGroup& group : graph.groups) {
      const int64_t cells = group.heads * group.sources * std::max<int64_t>(1, graph.seq_len);
      at::Tensor mask = at::zeros({4, graph.edges}, at::kDouble);
      mask.narrow(1, group.offset, graph.edges - group.offset).copy_((at::rand({4, graph.edges - group.offset}) < 0.6).to(at::kDouble));
      mask.narrow(1, group.offset, cells).select(0, 1).fill_(1);
      // In every other block one head alone: the others are then those of the kept run.
      if (group.block % 2 == 0 && group.heads > 1)
        mask.narrow(1, group.offset, cells).unflatten(1, {-1, group.heads, group.sources}).narrow(2, 0, group.heads - 1).fill_(0);
      if (group.block % 2 == 0 && group.heads > 1)
        for (const PatchGroup& other : graph.groups)
          if (other.block == group.block && other.heads > 1 && other.offset > group.offset)
            mask.narrow(1, other.offset, other.heads * other.sources * std::max<int64_t>(1, graph.seq_len)).fill_(0);
      const at::Tensor repeated = s.clean.repeat({4, 1});
      const at::Tensor expected = s.made->get(kind.name + ", from edge " + std::to_string(group.offset), {mask}, [&] {
        const at::Tensor ablated = values(*ablation).repeat({1, 4, 1, 1});
        return std::vector{plain_forward(s.config(), s.weights, repeated, graph, mask, ablated).logits};
      })[0];
      ForwardRequest request = request_for(s, graph, mask, ablation);
      request.from = run;
      CHECK_MESSAGE(close(s, s.model.forward(request).logits, expected), name + ", 4 masks");
      request.positions = std::vector<int64_t>{6};
      CHECK_MESSAGE(close(s, s.model.forward(request).logits, expected.narrow(1, 6, 1)), name + ", 4 masks, last position");
      request.patch->mask = mask[0];
      CHECK_MESSAGE(close(s, s.model.forward(request).logits, expected.narrow(1, 6, 1).narrow(0, 0, 3)), name + ", 1 mask");
    }
  });
}

// As a search does: one destination after the other, the last ones first, a row changed at a time. Whatever passes before
// left in the kept run, each pass gives what it gives without one.
TEST_IN_PARTS("a walk of masks from one kept run gives what each mask gives from the start", 7) {
  for_each_case([](const Setting& s, const GraphKind& kind, const std::string& name) {
    const PatchGraph graph = graph_of(s, kind);
    if (!graph.factorized) return;
    const auto ablation = s.ablation(graph);
    const std::shared_ptr<KeptRun> run = kept_run(s);
    at::Tensor decided = at::zeros({graph.edges}, at::kDouble);
    for (auto group = graph.groups.rbegin(); group != graph.groups.rend(); ++group) {
      const int64_t cells = group->heads * group->sources * std::max<int64_t>(1, graph.seq_len);
      for (int64_t step = 0; step < 3; step++) {
        at::Tensor mask = decided.repeat({2, 1});
        const int64_t first = group->offset + cells * step / 3, count = std::max<int64_t>(1, cells / 3);
        mask.narrow(1, first, count).copy_((at::rand({2, count}) < 0.5).to(at::kDouble));
        const at::Tensor fresh = s.model.forward(request_for(s, graph, mask[1], ablation)).logits;
        ForwardRequest request = request_for(s, graph, mask, ablation);
        request.from = run;
        CHECK_MESSAGE(close(s, s.model.forward(request).logits.narrow(0, 3, 3), fresh), name + ", two masks");
        request.positions = std::vector<int64_t>{2, 6};
        const at::Tensor wanted = at::stack({fresh.select(1, 2), fresh.select(1, 6)}, 1);
        CHECK_MESSAGE(close(s, s.model.forward(request).logits.narrow(0, 3, 3), wanted), name + ", two positions");
        request.patch->mask = mask[1];
        CHECK_MESSAGE(close(s, s.model.forward(request).logits, wanted), name + ", one mask");
        decided = mask[step % 2];
      }
    }
  });
}

// What a GPU repeats without launching it again. Nothing waits for the device but who reads the result.
TEST_IN_PARTS("a recorded pass gives for every mask what a fresh one gives", 7) {
  set_recorder(at::kPrivateUse1, [](int, const std::function<void()>& work) { return record_on_pretend_device(work); });
  for_each_case([](const Setting& s, const GraphKind& kind, const std::string& name) {
    const PatchGraph graph = graph_of(s, kind);
    if (!graph.factorized) return;
    const auto ablation = s.ablation(graph);
    std::shared_ptr<KeptRun> run = kept_run(s);
    ForwardRequest plain;
    plain.tokens = s.clean;
    plain.positions = std::vector<int64_t>{1, 6};
    const at::Tensor logits = s.model.forward(plain).logits.flatten(0, 1);
    const Reference reference{logits, at::softmax(logits, -1)};
    const auto other = std::make_shared<Ablation>(at::zeros_like(values(*ablation)));
    const Transformer another(s.config(), s.weights, {s.model.weights().options.device(), std::nullopt, false});
    for (const int64_t masks : {1, 3})
      for (const size_t first : {size_t{0}, graph.groups.size() / 2, graph.groups.size() - 1}) {
        const int64_t offset = graph.groups[first].offset;
        ForwardRequest request;
        request.tokens = s.clean;
        request.positions = plain.positions;
        request.reference = reference;
        request.patch = Patch{std::make_shared<PatchGraph>(graph), {}, ablation};
        request.from = run;
        const RecordingCounts before = recording_counts();
        int64_t waited = 0;
        for (const double share : {0.5, 0.1, 0.9, 0.02, 1.0, 0.4}) {
          at::Tensor mask = at::zeros({masks, graph.edges}, at::kDouble);
          mask.narrow(1, offset, graph.edges - offset).copy_((at::rand({masks, graph.edges - offset}) < share).to(at::kDouble));
          mask.select(1, offset).fill_(1);
          request.patch->mask = mask;
          const int64_t waits = times_waited();
          const ForwardResult got = s.model.forward(request);
          waited = times_waited() - waits;
          // Another ablation, or another network with this one, takes nothing away that a recording reads.
          ForwardRequest between = request;
          between.patch->ablation = other;
          s.model.forward(between);
          between.patch->ablation = ablation;
          between.from = nullptr;
          between.tokens = s.clean.repeat({masks, 1});
          another.forward(between);
          ForwardRequest fresh = request;
          fresh.from = nullptr;
          fresh.tokens = s.clean.repeat({masks, 1});
          const ForwardResult expected = s.model.forward(fresh);
          CHECK_MESSAGE(close(s, got.logits, expected.logits), name);
          CHECK_MESSAGE(close_divergences(s, got.divergences, expected.divergences, expected.logits), name + ", divergences");
        }
        const bool records = recorder(s.model.weights().options.device().type()) != nullptr;
        CHECK_MESSAGE(recording_counts().failed == before.failed, recording_counts().failure);
        CHECK_EQUAL(recording_counts().recorded - before.recorded, records ? 2 : 0);
        CHECK_EQUAL(recording_counts().replayed - before.replayed, records ? 8 : 0);
        if (records) CHECK_EQUAL(waited, 0);
      }
    std::weak_ptr<KeptRun> released = run;
    run.reset();
    CHECK_MESSAGE(released.expired(), name + ", the run outlives who keeps it");
  });
  set_recorder(at::kPrivateUse1, nullptr);
}

}  // namespace autocircuit::test
