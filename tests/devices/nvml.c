/* A stand-in for NVIDIA's management library: its devices stand in the file that FAKE_NVML names, read anew at every call.
   A line is a device: id parent uuid name total_mb used_mb temperature ecc worn xid mig; `-` and -1 are "not supported".
   xid is reported once each time its number in the file grows by 1000. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct { int id, parent; char uuid[96], name[96]; long total, used, temperature, ecc, worn, xid, mig; } Dev;
typedef struct { unsigned long long total, free, used; } Memory;
typedef struct { unsigned version; unsigned long long total, reserved, free, used; } Memory2;
typedef struct { void *device; unsigned long long type, data; unsigned gi, ci; } Event;
enum { OK = 0, INVALID = 2, UNSUPPORTED = 3, NOT_FOUND = 6, TIMEOUT = 10, LOST = 15 };
static long heard[64];
static int is_heard[64];

static int line(int want, const char *uuid, Dev *d) {
    FILE *f = fopen(getenv("FAKE_NVML"), "r");
    int found = 0;
    if (!f) return 0;
    while (!found && fscanf(f, "%d %d %95s %95s %ld %ld %ld %ld %ld %ld %ld", &d->id, &d->parent, d->uuid, d->name, &d->total,
                            &d->used, &d->temperature, &d->ecc, &d->worn, &d->xid, &d->mig) == 11)
        found = uuid ? !strcmp(uuid, d->uuid) : d->id == want;
    fclose(f);
    return found;
}
static void *handle(int id) { return (void *)(long)(id + 1); }
static int of(void *h, Dev *d) { return line((int)(long)h - 1, 0, d) ? (d->used == -2 ? LOST : OK) : LOST; }

int nvmlInitWithFlags(unsigned flags) { (void)flags; return getenv("FAKE_NVML") ? OK : 9; }
int nvmlShutdown(void) { return OK; }
const char *nvmlErrorString(int code) { return code == LOST ? "GPU is lost" : "an error of the stand-in"; }
int nvmlSystemGetDriverVersion(char *to, unsigned n) { snprintf(to, n, "580.65.06"); return OK; }
int nvmlSystemGetCudaDriverVersion(int *v) { *v = 13000; return OK; }
int nvmlDeviceGetCount_v2(unsigned *n) { Dev d; for (*n = 0; line((int)*n, 0, &d) && d.parent < 0; ++*n); return OK; }
int nvmlDeviceGetHandleByIndex_v2(unsigned i, void **h) { *h = handle((int)i); return OK; }
int nvmlDeviceGetHandleByUUID(const char *u, void **h) {
    Dev d;
    if (!line(0, u, &d)) return NOT_FOUND;
    *h = handle(d.id);
    return OK;
}
int nvmlDeviceGetUUID(void *h, char *to, unsigned n) { Dev d; int r = of(h, &d); if (!r) snprintf(to, n, "%s", d.uuid); return r; }
int nvmlDeviceGetName(void *h, char *to, unsigned n) { Dev d; int r = of(h, &d); if (!r) snprintf(to, n, "%s", d.name); return r; }
int nvmlDeviceGetCudaComputeCapability(void *h, int *a, int *b) { (void)h; *a = 9; *b = 0; return OK; }
int nvmlDeviceGetMigMode(void *h, unsigned *now, unsigned *then) {
    Dev d; int r = of(h, &d);
    if (r) return r;
    if (d.mig < 0) return UNSUPPORTED;
    *now = *then = (unsigned)d.mig;
    return OK;
}
int nvmlDeviceGetMaxMigDeviceCount(void *h, unsigned *n) { (void)h; *n = 7; return OK; }
int nvmlDeviceGetMigDeviceHandleByIndex(void *h, unsigned i, void **part) {
    Dev d;
    for (int id = 0, at = 0; id < 64; id++)
        if (line(id, 0, &d) && d.parent == (int)(long)h - 1 && at++ == (int)i) { *part = handle(id); return OK; }
    return NOT_FOUND;
}
int nvmlDeviceGetMemoryInfo_v2(void *h, Memory2 *m) {
    Dev d; int r = of(h, &d);
    if (r) return r;
    m->total = d.total << 20; m->used = d.used << 20; m->reserved = 400ull << 20; m->free = m->total - m->used;
    return OK;
}
int nvmlDeviceGetTemperature(void *h, int sensor, unsigned *t) {
    Dev d; int r = of(h, &d); (void)sensor;
    if (r) return r;
    *t = (unsigned)d.temperature;
    return d.temperature < 0 ? UNSUPPORTED : OK;
}
int nvmlDeviceGetTotalEccErrors(void *h, int kind, int counter, unsigned long long *n) {
    Dev d; int r = of(h, &d); (void)kind; (void)counter;
    if (r) return r;
    *n = (unsigned long long)d.ecc;
    return d.ecc < 0 ? UNSUPPORTED : OK;
}
int nvmlDeviceGetRemappedRows(void *h, unsigned *a, unsigned *b, unsigned *c, unsigned *worn) {
    Dev d; int r = of(h, &d);
    if (r) return r;
    *a = *b = *c = 0; *worn = (unsigned)d.worn;
    return d.worn < 0 ? UNSUPPORTED : OK;
}
int nvmlEventSetCreate(void **set) { *set = malloc(sizeof(void *)); return OK; }
int nvmlDeviceRegisterEvents(void *h, unsigned long long types, void *set) {
    Dev d; int r = of(h, &d); (void)types;
    if (r) return r;
    if (d.xid < 0) return UNSUPPORTED;
    *(void **)set = h;
    heard[d.id] = d.xid; is_heard[d.id] = 1;
    return OK;
}
int nvmlEventSetWait_v2(void *set, Event *e, unsigned ms) {
    Dev d; int r = of(*(void **)set, &d); (void)ms;
    if (r) return r;
    if (!is_heard[d.id] || heard[d.id] == d.xid) return TIMEOUT;
    heard[d.id] = d.xid;
    e->device = *(void **)set; e->type = 8; e->data = (unsigned long long)(d.xid % 1000);
    return OK;
}
