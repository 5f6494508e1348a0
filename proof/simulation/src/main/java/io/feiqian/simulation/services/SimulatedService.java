package io.feiqian.simulation.services;

import io.feiqian.simulation.database.Database;
import io.feiqian.simulation.events.Dice;
import java.util.ArrayList;
import java.util.List;

/** A service: its database, what it does, and its processes. */
final class SimulatedService {
    private final String name;
    private final Database database;
    private final Book book;
    private final Undo undo;
    private final List<ServiceInstance> instances = new ArrayList<>();

    SimulatedService(String name, Database database, Book book, Undo undo) {
        this.name = name;
        this.database = database;
        this.book = book;
        this.undo = undo;
    }

    String name() {
        return name;
    }

    Database database() {
        return database;
    }

    Book book() {
        return book;
    }

    Undo undo() {
        return undo;
    }

    List<ServiceInstance> instances() {
        return instances;
    }

    /** Whichever a message reaches. */
    ServiceInstance any(Dice dice) {
        return dice.oneOf(instances);
    }
}
