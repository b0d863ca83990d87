// Every action from inside every callback (FACTS 6.2). There is little to compare afterwards: that
// nothing crashes, hangs or is called twice, under the sanitizers above all, is the point.
#include "tests/conformance/datagram_peer.h"

namespace sluice::test {
namespace {

// Where an action happens.
enum class Place {
  kServerOpen,
  kServerData,
  kServerEnd,
  kServerDrain,
  kServerStop,
  kServerClose,
  kClientOpen,
  kClientData,
  kClientEnd,
  kClientDrain,
  kClientStop,
  kClientClose,
  kTimer,
  kPosted,
  kDatagrams,
  kDatagramClose,
  kConnectFailed,
};

// What the action finds around it.
struct World {
  Loop* loop = nullptr;
  Listener* listener = nullptr;
  Connection* here = nullptr;  // where a callback of a connection runs
  DatagramPeerPtr datagrams;
  std::unique_ptr<Timer> timer;
  Endpoint endpoint;
  bool listener_closed = false;
  std::function<void()> connect;
  std::function<void(Place, Connection*)> at;
};

struct Action {
  const char* name;
  void (*run)(World&);
};

const Action kActions[] = {
    {"close",
     [](World& w) {
       if (w.here) w.here->Close();
     }},
    {"abort",
     [](World& w) {
       if (w.here) w.here->Abort();
     }},
    {"close then abort",
     [](World& w) {
       if (w.here) {
         w.here->Close();
         w.here->Abort();
       }
     }},
    {"abort then close",
     [](World& w) {
       if (w.here) {
         w.here->Abort();
         w.here->Close();
       }
     }},
    {"protocol error",
     [](World& w) {
       if (w.here) w.here->CloseProtocolError(1);
     }},
    {"end output",
     [](World& w) {
       if (w.here) w.here->EndOutput();
     }},
    {"end output, close",
     [](World& w) {
       if (w.here) {
         w.here->EndOutput();
         w.here->Close();
       }
     }},
    {"send",
     [](World& w) {
       if (w.here) w.here->Send("hello");
     }},
    {"send, close",
     [](World& w) {
       if (w.here) {
         w.here->Send("bye");
         w.here->Close();
       }
     }},
    {"send much",
     [](World& w) {
       if (w.here) w.here->Send(std::string(1 << 20, 'x'));
     }},
    {"send too much",
     [](World& w) {
       if (w.here) w.here->Send(std::string(3 << 20, 'x'));
     }},
    {"send borrowed",
     [](World& w) {
       if (w.here) w.here->SendStatic("for ever");
     }},
    {"reserve",
     [](World& w) {
       if (w.here) {
         w.here->Reserve(99);
         w.here->Commit(0);
       }
     }},
    {"pause",
     [](World& w) {
       if (w.here) w.here->PauseReading();
     }},
    {"resume",
     [](World& w) {
       if (w.here) w.here->ResumeReading();
     }},
    {"pause, resume",
     [](World& w) {
       if (w.here) {
         w.here->PauseReading();
         w.here->ResumeReading();
       }
     }},
    {"deadline",
     [](World& w) {
       if (w.here) w.here->SetDeadline(w.loop->now() - 1s);
     }},
    {"limits",
     [](World& w) {
       if (!w.here) return;
       ConnectionLimits tight;
       tight.output_bytes_max = tight.input_bytes_max = tight.turn_bytes = 1;
       tight.output_high_water_bytes = tight.output_low_water_bytes = 0;
       tight.idle_timeout = tight.stall_timeout = tight.linger_timeout = 1ns;
       w.here->SetLimits(tight);
     }},
    {"close all", [](World& w) { w.loop->ForEachConnection([](Connection& c) { c.Close(); }); }},
    {"abort all", [](World& w) { w.loop->ForEachConnection([](Connection& c) { c.Abort(); }); }},
    {"pause all",
     [](World& w) { w.loop->ForEachConnection([](Connection& c) { c.PauseReading(); }); }},
    {"listener close",
     [](World& w) {
       if (!std::exchange(w.listener_closed, true)) w.listener->Close();
     }},
    {"listener pause",
     [](World& w) {
       if (!w.listener_closed) w.listener->PauseAccepting();
     }},
    {"accept one",
     [](World& w) {
       if (!w.listener_closed) w.listener->AcceptOne();
     }},
    {"listen", [](World& w) { (void)w.loop->Listen(Loopback(), {}, [] { return nullptr; }); }},
    {"connect", [](World& w) { w.connect(); }},
    {"stop",
     [](World& w) {
       w.listener_closed = true;
       w.loop->Stop(50ms);
     }},
    {"stop at once",
     [](World& w) {
       w.listener_closed = true;
       w.loop->Stop(0ms);
     }},
    {"stop twice",
     [](World& w) {
       w.listener_closed = true;
       w.loop->Stop();
       w.loop->Stop();
     }},
    {"post", [](World& w) { w.loop->Post([] {}); }},
    {"timer gone", [](World& w) { w.timer.reset(); }},
    {"timer armed",
     [](World& w) {
       if (w.timer) w.timer->ArmAfter(0ms);
     }},
    {"datagram close",
     [](World& w) {
       if (w.datagrams->socket) w.datagrams->socket->Close();
     }},
    {"datagram send",
     [](World& w) {
       if (w.datagrams->socket) w.datagrams->socket->Send(w.datagrams->socket->endpoint(), "x");
     }},
    {"datagram pause",
     [](World& w) {
       if (w.datagrams->socket) w.datagrams->socket->PauseReading();
     }},
};

class CallbackMatrixTest : public DatagramTest {
 protected:
  // A small life in which every callback occurs; at `place`, the first time, `action` happens.
  // False: it never came to this callback.
  bool RunScenario(Place place, const Action& action) {
    DestroyLoop();
    accepted_.clear();
    World world;
    bool done = false;
    const auto at = [&](Place here, Connection* connection) {
      if (here != place || done) return;
      done = true;
      world.here = connection;
      action.run(world);
      world.here = nullptr;
    };
    SetTheScene(world, place, at);
    // Until the conversation has run its course, or the action has had its consequences.
    for (int after = 0, turn = 0; after < 10 && turn < 1000 && !finishing_->closed(); ++turn) {
      loop().Turn(loop().now() + 1ms);
      after += done;
    }
    world.listener_closed = true;
    // Where OnStop is waited for, a busy machine must not let the drain pass before it comes.
    loop().Stop(place == Place::kServerStop || place == Place::kClientStop ? 500ms : 10ms);
    EXPECT_TRUE(TurnUntil([&] { return !loop().Turn(loop().now() + 1ms); }));
    world.timer.reset();
    DestroyLoop();
    return done;
  }

  using At = std::function<void(Place, Connection*)>;

  void SetTheScene(World& world, Place place, const At& at) {
    world.loop = &loop();
    ListenerOptions options;
    options.limits = Limits();
    // Whoever is asked to finish first ends the other, too: who is not looked at waits for that
    // end.
    const bool server_closes = place != Place::kClientStop;
    const bool client_closes = place != Place::kServerStop;
    world.listener = Listen([=](Peer& peer) { ScriptServer(peer, at, server_closes); }, options);
    world.endpoint = world.listener->endpoint();
    world.connect = [&world, this] {
      Connect(world.endpoint, [](Peer& peer) { peer.may_never_begin = true; });
    };
    Endpoint dead = world.endpoint;
    dead.set_port(1);
    Connect(dead, [at](Peer& peer) {
      peer.on_close = [at](Connection& c, CloseReason) { at(Place::kConnectFailed, &c); };
    });
    ConnectOptions connect_options;
    connect_options.limits = Limits();
    // One conversation that runs its course, and one that stays open until Stop.
    for (const bool finishes : {true, false}) {
      PeerPtr client = Connect(
          world.endpoint, [=](Peer& peer) { ScriptClient(peer, at, finishes, client_closes); },
          connect_options);
      if (finishes) finishing_ = client;
    }
    // Not a copy of `at`: what a function captured goes with it when it destroys its own timer.
    world.at = at;
    world.timer = std::make_unique<Timer>(loop(), [&world] { world.at(Place::kTimer, nullptr); });
    world.timer->ArmAfter(0ms);
    loop().Post([at] { at(Place::kPosted, nullptr); });
    world.datagrams = Bind([at](DatagramPeer& peer) {
      peer.on_datagrams = [at](DatagramSocket&) { at(Place::kDatagrams, nullptr); };
      peer.on_close = [at](DatagramSocket&) { at(Place::kDatagramClose, nullptr); };
    });
    world.datagrams->socket->Send(world.datagrams->socket->endpoint(), "to myself");
  }

  static ConnectionLimits Limits() {
    ConnectionLimits limits;
    limits.output_high_water_bytes = 16 << 10;
    limits.output_low_water_bytes = 4 << 10;
    limits.output_bytes_max = 2 << 20;
    limits.linger_timeout = 20ms;
    limits.turn_bytes = 32 << 10;
    return limits;
  }

  static void ScriptServer(Peer& peer, const At& at, bool closes_on_stop) {
    peer.keep_bytes = false;
    peer.on_open = [at](Connection& c) {
      c.Send(std::string(100 << 10, 's'));
      at(Place::kServerOpen, &c);
    };
    peer.on_data = [at](Connection& c, std::string_view bytes) {
      at(Place::kServerData, &c);
      return bytes.size();
    };
    peer.on_end = [at](Connection& c) {
      at(Place::kServerEnd, &c);
      c.Close();
    };
    peer.on_drain = [at](Connection& c) { at(Place::kServerDrain, &c); };
    peer.on_stop = [at, closes_on_stop](Connection& c) {
      at(Place::kServerStop, &c);
      if (closes_on_stop) c.Close();
    };
    peer.on_close = [at](Connection& c, CloseReason) { at(Place::kServerClose, &c); };
  }

  static void ScriptClient(Peer& peer, const At& at, bool finishes, bool closes_on_stop) {
    peer.keep_bytes = false;
    peer.on_open = [at](Connection& c) {
      c.Send(std::string(20 << 10, 'c'));
      at(Place::kClientOpen, &c);
    };
    peer.on_data = [at, finishes, &peer](Connection& c, std::string_view bytes) {
      at(Place::kClientData, &c);
      if (finishes && peer.received_bytes + bytes.size() == 100 << 10) c.EndOutput();
      return bytes.size();
    };
    peer.on_end = [at](Connection& c) {
      at(Place::kClientEnd, &c);
      c.Close();
    };
    peer.on_drain = [at](Connection& c) { at(Place::kClientDrain, &c); };
    peer.on_stop = [at, closes_on_stop](Connection& c) {
      at(Place::kClientStop, &c);
      if (closes_on_stop) c.Close();
    };
    peer.on_close = [at](Connection& c, CloseReason) { at(Place::kClientClose, &c); };
  }

  void EveryActionAt(Place place) {
    // Small, so that a thousand loops are quick to make.
    backend_options.receive_buffers = 2;
    backend_options.receive_buffer_bytes = 4096;
    backend_options.datagram_buffers = 4;
    backend_options.submission_entries = 64;
    backend_options.completion_entries = 256;
    for (const Action& action : kActions) {
      SCOPED_TRACE(action.name);
      // On a busy machine the drain may be over before everybody was asked to finish.
      bool done = false;
      for (int tries = 0; tries < 5 && !done; ++tries) done = RunScenario(place, action);
      EXPECT_TRUE(done) << "the scenario never came to this callback";
    }
  }

  PeerPtr finishing_;
};
SLUICE_ON_EVERY_CONFIGURATION(CallbackMatrixTest);

TEST_P(CallbackMatrixTest, OnOpenOfAServer) {
  EveryActionAt(Place::kServerOpen);
}
TEST_P(CallbackMatrixTest, OnDataOfAServer) {
  EveryActionAt(Place::kServerData);
}
TEST_P(CallbackMatrixTest, OnEndOfAServer) {
  EveryActionAt(Place::kServerEnd);
}
TEST_P(CallbackMatrixTest, OnDrainOfAServer) {
  EveryActionAt(Place::kServerDrain);
}
TEST_P(CallbackMatrixTest, OnStopOfAServer) {
  EveryActionAt(Place::kServerStop);
}
TEST_P(CallbackMatrixTest, OnCloseOfAServer) {
  EveryActionAt(Place::kServerClose);
}
TEST_P(CallbackMatrixTest, OnOpenOfAClient) {
  EveryActionAt(Place::kClientOpen);
}
TEST_P(CallbackMatrixTest, OnDataOfAClient) {
  EveryActionAt(Place::kClientData);
}
TEST_P(CallbackMatrixTest, OnEndOfAClient) {
  EveryActionAt(Place::kClientEnd);
}
TEST_P(CallbackMatrixTest, OnDrainOfAClient) {
  EveryActionAt(Place::kClientDrain);
}
TEST_P(CallbackMatrixTest, OnStopOfAClient) {
  EveryActionAt(Place::kClientStop);
}
TEST_P(CallbackMatrixTest, OnCloseOfAClient) {
  EveryActionAt(Place::kClientClose);
}
TEST_P(CallbackMatrixTest, OnCloseOfAFailedConnect) {
  EveryActionAt(Place::kConnectFailed);
}
TEST_P(CallbackMatrixTest, ATimer) {
  EveryActionAt(Place::kTimer);
}
TEST_P(CallbackMatrixTest, APostedFunction) {
  EveryActionAt(Place::kPosted);
}
TEST_P(CallbackMatrixTest, OnDatagrams) {
  EveryActionAt(Place::kDatagrams);
}
TEST_P(CallbackMatrixTest, OnCloseOfADatagramSocket) {
  EveryActionAt(Place::kDatagramClose);
}

}  // namespace
}  // namespace sluice::test
