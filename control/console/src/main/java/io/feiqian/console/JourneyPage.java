package io.feiqian.console;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.feiqian.bank.contract.FindEntriesRequest;
import io.feiqian.bank.contract.FindEntriesResponse;
import io.feiqian.bank.contract.ProposeResolutionRequest;
import io.feiqian.bank.contract.ResolutionRecord;
import io.feiqian.bank.contract.ResolutionResponse;
import io.feiqian.bank.contract.ResumeTransactionRequest;
import io.feiqian.bank.contract.RetryTransactionRequest;
import io.feiqian.bank.contract.ShowTransactionRequest;
import io.feiqian.bank.contract.ShowTransactionResponse;
import io.feiqian.bank.contract.SuspendTransactionRequest;
import io.feiqian.bank.contract.TransactionRecord;
import io.feiqian.cli.CommandFailure;
import io.feiqian.cli.Evidence;
import io.feiqian.cli.ExitStatus;
import io.feiqian.cli.Json;
import io.feiqian.cli.ResolutionProposal;
import io.feiqian.observatory.LogSearch;
import io.feiqian.observatory.ObservatoryReads;
import io.feiqian.observatory.SpanSearch;
import io.feiqian.rpc.contract.Outcome;
import io.feiqian.runtime.Clock;
import io.feiqian.security.EvidenceKey;
import io.feiqian.vocabulary.AccountNumber;
import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.RefusedException;
import io.feiqian.vocabulary.TraceNumber;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/** One transaction: its way through the cells, and what an operator does about it. */
final class JourneyPage implements Page {
    private static final String PATH = "/journey";

    /** For what the page can do without. */
    private static final long PATIENCE_SECONDS = 2;

    private final Optional<ObservatoryReads> observatory;
    private final Trail trail;
    private final EvidenceKey key;
    private final Clock clock;

    JourneyPage(Optional<ObservatoryReads> observatory, Trail trail, EvidenceKey key, Clock clock) {
        this.observatory = observatory;
        this.trail = trail;
        this.key = key;
        this.clock = clock;
    }

    @Override
    public String path() {
        return PATH;
    }

    @Override
    public String title() {
        return "journey.title";
    }

    @Override
    public Permission needs() {
        return Permission.TRANSACTIONS_SEE;
    }

    @Override
    public void routes(Frame frame) {
        frame.get(PATH, Permission.TRANSACTIONS_SEE, this::show);
        frame.get(
                PATH + "/find",
                Permission.TRANSACTIONS_SEE,
                visit -> visit.show("found", find(visit)));
        frame.get(PATH + "/{trace}/evidence", Permission.TRANSACTIONS_EXPORT, this::evidence);
        frame.post(
                PATH + "/{trace}/retry",
                Permission.TRANSACTIONS_ACT,
                visit -> finish(visit, retry(visit)));
        frame.post(
                PATH + "/{trace}/suspend",
                Permission.TRANSACTIONS_ACT,
                visit -> finish(visit, suspend(visit)));
        frame.post(
                PATH + "/{trace}/resume",
                Permission.TRANSACTIONS_ACT,
                visit -> finish(visit, resume(visit)));
        frame.post(
                PATH + "/{trace}/propose",
                Permission.TRANSACTIONS_PROPOSE,
                visit -> finish(visit, Done.of(proposed(visit, propose(visit)))));
    }

    @Override
    public List<Route> api() {
        return List.of(
                Route.get(
                        "/transactions/{trace}",
                        Permission.TRANSACTIONS_SEE,
                        "A transaction's way through the cells.",
                        Journey.class,
                        visit -> read(visit, TraceNumber.parse(visit.part("trace")))),
                act("retry", "Takes a transaction up now.", this::retry),
                act("suspend", "Keeps a transaction from being driven on.", this::suspend),
                act("resume", "Lets a suspended transaction go on.", this::resume),
                Route.post(
                                "/transactions/{trace}/propose",
                                Permission.TRANSACTIONS_PROPOSE,
                                "Proposes how a branch is to end; another operator approves it.",
                                Proposals.Decided.class,
                                visit -> new Proposals.Decided(propose(visit)))
                        .field("branch", Route.Type.INTEGER, "its number, from 1")
                        .field("verdict", Route.Type.TEXT, "CONFIRMED or CANCELLED")
                        .optional(
                                "evidence",
                                Route.Type.TEXT,
                                "where it was corrected elsewhere; without it the cell posts"
                                        + " the correcting entry"));
    }

    private static Route act(String what, String summary, Function<Asked, Done> action) {
        return Route.post(
                "/transactions/{trace}/" + what,
                Permission.TRANSACTIONS_ACT,
                summary,
                Done.class,
                action);
    }

    /** Shows the transaction again, and what was done about it. */
    private static void finish(Visit visit, Done done) {
        String silent =
                done.silent().isEmpty()
                        ? ""
                        : " " + visit.texts().of("silent", String.join(", ", done.silent()));
        visit.goTo(
                PATH + "?trace=" + TraceNumber.parse(visit.part("trace")), done.message() + silent);
    }

    private static String proposed(Visit visit, ResolutionRecord made) {
        return visit.texts().of("journey.done.propose", made.getId());
    }

    private void show(Visit visit) {
        String asked = visit.query("trace").replaceAll("\\s", "");
        if (asked.length() == AccountNumber.DIGITS) {
            visit.lead("/ledger?account=" + AccountNumber.parse(asked));
        } else {
            visit.show("journey", read(visit, asked));
        }
    }

    private static EntriesFound find(Visit visit) {
        EntriesFound.Asked asked = EntriesFound.Asked.of(visit);
        FindEntriesRequest request =
                FindEntriesRequest.newBuilder()
                        .setAmount(asked.amount())
                        .setFromMillis(asked.fromMillis())
                        .setToMillis(asked.toMillis())
                        .build();
        Cells.Said<FindEntriesResponse> said =
                visit.cells()
                        .askAll(cell -> {
                            FindEntriesResponse answer = cell.ask(it -> it.findEntries(request));
                            if (answer.getLate()) {
                                throw new CommandFailure(
                                        ExitStatus.NOT_RUNNING,
                                        cell.name() + ": not in time",
                                        "Ask for a shorter time.");
                            }
                            return answer;
                        });
        said.answers().forEach(each -> Cells.requireAccepted(each.getOutcome()));
        return EntriesFound.of(asked, said);
    }

    private Journey read(Asked visit, String asked) {
        return asked.isEmpty() ? Journey.NONE : read(visit, TraceNumber.parse(asked));
    }

    private Journey read(Asked visit, TraceNumber trace) {
        CompletableFuture<Observed> observed =
                CompletableFuture.supplyAsync(
                                () -> observed(visit, trace.toString()),
                                task -> Thread.ofVirtual().start(task))
                        .completeOnTimeout(Observed.NOTHING, PATIENCE_SECONDS, TimeUnit.SECONDS);
        Cells.Said<ShowTransactionResponse> said = show(visit, trace);
        return Journey.of(trace.toString(), said.silent(), said.answers())
                .with(observed.join(), EvidenceKey.fingerprint(key.publicKey()));
    }

    /**
     * Everything that the cells and the observatory know of it, as a file that can be verified. For
     * users of a tenant it is what their cells know, and says so; where these know nothing of it,
     * it is as one that does not exist.
     */
    private void evidence(Visit visit) {
        TraceNumber trace = TraceNumber.parse(visit.part("trace"));
        Cells.Said<ShowTransactionResponse> said = show(visit, trace);
        requireOwn(visit, trace, said);
        Observed observed = observed(visit, trace.toString());
        Evidence evidence = new Evidence();
        ObjectNode about =
                Json.MAPPER
                        .createObjectNode()
                        .put("trace_number", trace.toString())
                        .put("made_at", clock.now().toString())
                        .put("made_by", visit.user().name())
                        .put("traces_and_logs", visit.rights().may(Permission.TRACES_SEE))
                        .put("tenant", visit.rights().tenant().name())
                        .put("parts_left_out", visit.cells().leftOut());
        said.silent().forEach(about.putArray("silent_cells")::add);
        evidence.add("transaction", about);
        said.answers().forEach(each -> evidence.add("cell", each));
        observed.traces()
                .forEach(each -> evidence.add("trace", Json.MAPPER.<ObjectNode>valueToTree(each)));
        observed.lines()
                .forEach(each ->
                        evidence.add("log_line", Json.MAPPER.<ObjectNode>valueToTree(each)));
        visit.download("evidence-" + trace + ".txt", evidence.sealed(key));
    }

    private static void requireOwn(
            Visit visit, TraceNumber trace, Cells.Said<ShowTransactionResponse> said) {
        if (visit.rights().tenant().isWhole()
                || !Journey.of(trace.toString(), said.silent(), said.answers()).isEmpty()) {
            return;
        }
        throw new RefusedException(
                said.silent().isEmpty()
                        ? OutcomeCode.UNKNOWN_TRANSACTION
                        : OutcomeCode.CELL_UNAVAILABLE,
                visit.texts().of("journey.nobody", String.join(", ", said.silent())));
    }

    /**
     * The cells' own records are the truth; without the observatory there are no more than them.
     * Traces and log lines are of the whole system, also where the transaction is a tenant's.
     */
    private Observed observed(Asked visit, String trace) {
        if (!visit.rights().may(Permission.TRACES_SEE)) {
            return Observed.NOTHING;
        }
        try {
            return observatory
                    .map(it ->
                            Observed.of(
                                    it.traces(SpanSearch.ofTransaction(trace)),
                                    it.lines(LogSearch.ofTransaction(trace))))
                    .orElse(Observed.NOTHING);
        } catch (RefusedException silent) {
            return Observed.NOTHING;
        }
    }

    private static Cells.Said<ShowTransactionResponse> show(Asked visit, TraceNumber trace) {
        ShowTransactionRequest request =
                ShowTransactionRequest.newBuilder().setTraceNumber(trace.toString()).build();
        return visit.cells()
                .askAll(cell -> {
                    List<ShowTransactionResponse> instances =
                            cell.askEach(it -> it.showTransaction(request));
                    ShowTransactionResponse.Builder whole = instances.getFirst().toBuilder();
                    instances.stream()
                            .skip(1)
                            .forEach(other -> whole.addAllDriving(other.getDrivingList()));
                    return whole.build();
                });
    }

    private Done retry(Asked visit) {
        RetryTransactionRequest request =
                RetryTransactionRequest.newBuilder().setTraceNumber(visit.part("trace")).build();
        return change(
                visit, "retry", cell -> cell.ask(it -> it.retryTransaction(request)).getOutcome());
    }

    private Done suspend(Asked visit) {
        SuspendTransactionRequest request =
                SuspendTransactionRequest.newBuilder().setTraceNumber(visit.part("trace")).build();
        return change(
                visit,
                "suspend",
                cell -> cell.ask(it -> it.suspendTransaction(request)).getOutcome());
    }

    private Done resume(Asked visit) {
        ResumeTransactionRequest request =
                ResumeTransactionRequest.newBuilder().setTraceNumber(visit.part("trace")).build();
        return change(
                visit,
                "resume",
                cell -> cell.ask(it -> it.resumeTransaction(request)).getOutcome());
    }

    /** Asks every cell: which of them have a record is theirs to say. */
    private Done change(Asked visit, String what, Function<Cell, Outcome> question) {
        TraceNumber trace = TraceNumber.parse(visit.part("trace"));
        String reason = visit.field("reason");
        trail.add(visit, "transaction." + what, trace.toString(), Map.of());
        Cells.Said<Outcome> said = visit.cells().askAll(visit.user().name(), reason, question);
        List<Outcome> known =
                said.answers().stream()
                        .filter(each -> each.getCode() != OutcomeCode.UNKNOWN_TRANSACTION.number())
                        .toList();
        known.forEach(Cells::requireAccepted);
        if (known.isEmpty()) {
            throw new RefusedException(
                    said.silent().isEmpty()
                            ? OutcomeCode.UNKNOWN_TRANSACTION
                            : OutcomeCode.CELL_UNAVAILABLE,
                    visit.texts().of("journey.nobody", String.join(", ", said.silent())));
        }
        return new Done(visit.texts().of("journey.done." + what), said.silent());
    }

    private ResolutionRecord propose(Asked visit) {
        TraceNumber trace = TraceNumber.parse(visit.part("trace"));
        String branch = visit.field("branch");
        if (!branch.matches("[0-9]{1,4}")) {
            throw new RefusedException(
                    OutcomeCode.INVALID_TEXT, "branch: not a number (expected: 1 or more)");
        }
        String reason = visit.field("reason");
        ResolutionProposal proposal =
                proposal(
                        visit,
                        trace,
                        Integer.parseInt(branch),
                        visit.field("verdict"),
                        visit.field("evidence"));
        ProposeResolutionRequest request = proposal.request();
        trail.add(
                visit,
                "transaction.propose",
                trace.toString(),
                Map.of(
                        "branch", branch,
                        "verdict", request.getVerdict(),
                        "way", request.getWay()));
        return visit.cells()
                .askOne(
                        proposal.cell(),
                        visit.user().name(),
                        reason,
                        it -> it.proposeResolution(request),
                        ResolutionResponse::getOutcome)
                .getResolution();
    }

    private static ResolutionProposal proposal(
            Asked visit, TraceNumber trace, int branch, String verdict, String evidence) {
        Cells.Said<ShowTransactionResponse> said = show(visit, trace);
        List<TransactionRecord> records =
                said.answers().stream().flatMap(each -> each.getRecordsList().stream()).toList();
        requireListed(records, branch);
        try {
            return ResolutionProposal.of(trace, records, said.silent(), branch, verdict, evidence);
        } catch (CommandFailure failed) {
            throw new RefusedException(
                    failed.status() == ExitStatus.NOT_RUNNING
                            ? OutcomeCode.CELL_UNAVAILABLE
                            : OutcomeCode.NOT_TO_BE_RESOLVED,
                    failed.happened());
        }
    }

    /**
     * A branch that was left out of what the user may see is as one that the decision does not
     * list: nobody says of it that it was put right elsewhere.
     */
    private static void requireListed(List<TransactionRecord> records, int branch) {
        boolean decided = records.stream().anyMatch(each -> each.getRole().equals("INITIATOR"));
        boolean listed =
                records.stream()
                        .flatMap(each -> each.getBranchesList().stream())
                        .anyMatch(each -> each.getBranch() == branch);
        if (decided && !listed) {
            throw new RefusedException(
                    OutcomeCode.NOT_TO_BE_RESOLVED,
                    "branch: %d (expected: one that is on record)".formatted(branch));
        }
    }
}
