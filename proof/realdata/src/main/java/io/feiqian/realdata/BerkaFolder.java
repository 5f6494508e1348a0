package io.feiqian.realdata;

import io.feiqian.realdata.BerkaTransaction.Direction;
import io.feiqian.realdata.BerkaTransaction.OtherSide;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;

/**
 * The folder of a Czech bank's anonymised transactions (PKDD'99 Discovery Challenge), read whole
 * and strictly: accounts with their owners and districts, and every {@code trans*.asc} in name
 * order.
 *
 * @param accounts the accounts by their number in the files
 * @param transactions the rows in order of files and lines
 */
record BerkaFolder(Map<Long, Account> accounts, List<BerkaTransaction> transactions) {
    private static final List<String> ACCOUNT =
            List.of("account_id", "district_id", "frequency", "date");
    private static final List<String> CLIENT = List.of("client_id", "birth_number", "district_id");
    private static final List<String> DISPOSITION =
            List.of("disp_id", "client_id", "account_id", "type");
    private static final List<String> TRANSACTION =
            List.of(
                    "trans_id",
                    "account_id",
                    "date",
                    "type",
                    "operation",
                    "amount",
                    "balance",
                    "k_symbol",
                    "bank",
                    "account");

    /**
     * An account of a customer.
     *
     * @param id its number in the files
     * @param district the district of the branch that keeps it
     * @param opened the day it was opened
     * @param owner who owns it
     */
    record Account(long id, long district, LocalDate opened, Client owner) {}

    /**
     * A customer.
     *
     * @param id the number in the files
     * @param birthNumber the birth number as the files have it
     */
    record Client(long id, String birthNumber) {}

    /**
     * Reads the folder.
     *
     * @throws MalformedFileException where a file is not what it should be
     * @throws IOException where it cannot be read
     */
    static BerkaFolder read(Path folder) throws IOException {
        Map<Long, Account> accounts = readAccounts(folder);
        List<BerkaTransaction> transactions = new ArrayList<>();
        Set<Long> ids = new HashSet<>();
        for (Path file : transactionFiles(folder)) {
            transactions.addAll(
                    AscFile.read(
                            file,
                            TRANSACTION,
                            line -> {
                                BerkaTransaction row = transaction(line);
                                if (!accounts.containsKey(row.account())) {
                                    throw line.refused("account_id", "a line of account.asc");
                                }
                                if (!ids.add(row.id())) {
                                    throw line.refused("trans_id", "each number once");
                                }
                                return row;
                            }));
        }
        return new BerkaFolder(accounts, List.copyOf(transactions));
    }

    /** The rows by day, each day in order of files and lines. */
    NavigableMap<LocalDate, List<BerkaTransaction>> byDay() {
        NavigableMap<LocalDate, List<BerkaTransaction>> days = new TreeMap<>();
        transactions.forEach(
                row -> days.computeIfAbsent(row.date(), day -> new ArrayList<>()).add(row));
        return days;
    }

    /** The {@code trans*.asc} files in name order; refuses a folder without one. */
    static List<Path> transactionFiles(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            throw new NotDirectoryException(folder.toString());
        }
        List<Path> files = new ArrayList<>();
        try (DirectoryStream<Path> found = Files.newDirectoryStream(folder, "trans*.asc")) {
            found.forEach(files::add);
        }
        if (files.isEmpty()) {
            throw new MalformedFileException(folder, 0, "no trans*.asc (expected: at least one)");
        }
        files.sort(Path::compareTo);
        return files;
    }

    private static Map<Long, Account> readAccounts(Path folder) throws IOException {
        Map<Long, Client> clients = new HashMap<>();
        AscFile.read(
                        folder.resolve("client.asc"),
                        CLIENT,
                        line -> new Client(line.id("client_id"), line.text("birth_number")))
                .forEach(client -> clients.put(client.id(), client));
        Map<Long, Client> owners = new HashMap<>();
        AscFile.read(
                folder.resolve("disp.asc"),
                DISPOSITION,
                line -> {
                    Client client = clients.get(line.id("client_id"));
                    if (client == null) {
                        throw line.refused("client_id", "a line of client.asc");
                    }
                    boolean owns = line.text("type").equals("OWNER");
                    if (owns && owners.put(line.id("account_id"), client) != null) {
                        throw line.refused("account_id", "one owner");
                    }
                    return client;
                });
        Map<Long, Account> accounts = new HashMap<>();
        AscFile.read(
                folder.resolve("account.asc"),
                ACCOUNT,
                line -> {
                    long id = line.id("account_id");
                    Client owner = owners.get(id);
                    if (owner == null) {
                        throw line.refused("account_id", "an owner in disp.asc");
                    }
                    return accounts.put(
                            id, new Account(id, line.id("district_id"), line.date("date"), owner));
                });
        return accounts;
    }

    private static BerkaTransaction transaction(AscFile.Line line) {
        Direction direction =
                switch (line.text("type")) {
                    case "PRIJEM" -> Direction.CREDIT;
                    case "VYDAJ", "VYBER" -> Direction.DEBIT;
                    default -> throw line.refused("type", "PRIJEM, VYDAJ or VYBER");
                };
        long amount = line.hundredths("amount");
        if (amount < 0) {
            throw line.refused("amount", "0 or more");
        }
        String text = (line.text("operation") + " " + line.text("k_symbol")).strip();
        return new BerkaTransaction(
                line.id("trans_id"),
                line.id("account_id"),
                line.date("date"),
                direction,
                amount,
                line.hundredths("balance"),
                otherSide(line),
                text);
    }

    /** The k_symbol decides where it says more than the operation; it can be one blank. */
    private static OtherSide otherSide(AscFile.Line line) {
        return switch (line.text("k_symbol")) {
            case "UROK" -> new OtherSide.InterestExpense();
            case "SANKC. UROK" -> new OtherSide.PenaltyInterestIncome();
            case "SLUZBY" -> new OtherSide.FeeIncome();
            default ->
                    switch (line.text("operation")) {
                        case "VKLAD", "VYBER" -> new OtherSide.CashDesk();
                        case "VYBER KARTOU" -> new OtherSide.CardSettlement();
                        case "PREVOD Z UCTU", "PREVOD NA UCET" ->
                                new OtherSide.Nostro(line.text("bank"), partnerAccount(line));
                        default ->
                                throw line.refused(
                                        "operation", "a known operation or a k_symbol instead");
                    };
        };
    }

    /** A partner account of 0 means that there is none. */
    private static String partnerAccount(AscFile.Line line) {
        String account = line.text("account");
        return account.equals("0") ? "" : account;
    }
}
