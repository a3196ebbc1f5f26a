"""The upload service of the FastAPI tutorials: bytes read whole, jobs in a dict, counting in BackgroundTasks."""
import os
import uuid

import aiofiles
from fastapi import BackgroundTasks, FastAPI, File, HTTPException, UploadFile

DIRECTORY = os.environ["DATA_DIR"]
app = FastAPI()
jobs = {}


async def save(file):
    job_id = str(uuid.uuid4())
    path = os.path.join(DIRECTORY, job_id)
    content = await file.read()
    async with aiofiles.open(path, "wb") as out:
        await out.write(content)
    jobs[job_id] = {"job_id": job_id, "filename": file.filename, "size_bytes": len(content), "status": "pending"}
    return job_id, path


async def process(job_id, path):
    jobs[job_id]["status"] = "processing"
    async with aiofiles.open(path, encoding="utf-8") as file:
        text = await file.read()
    result = {"line_count": len(text.splitlines()), "word_count": len(text.split()), "char_count": len(text)}
    jobs[job_id].update(status="completed", result=result)


@app.post("/upload")
async def upload(background_tasks: BackgroundTasks, file: UploadFile = File(...)):
    job_id, path = await save(file)
    background_tasks.add_task(process, job_id, path)
    return {"job_id": job_id, "status": "pending"}


@app.post("/save")
async def save_only(file: UploadFile = File(...)):
    job_id, _ = await save(file)
    jobs[job_id]["status"] = "saved"
    return {"job_id": job_id}


@app.get("/jobs/{job_id}")
async def job(job_id: str):
    if job_id not in jobs:
        raise HTTPException(status_code=404, detail="Job not found")
    return jobs[job_id]


@app.get("/pending")
async def pending():
    return {"pending": sum(job["status"] in ("pending", "processing") for job in jobs.values())}


@app.get("/")
async def root():
    return {"status": "ok"}
